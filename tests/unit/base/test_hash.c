/* The wire's hash against GoWorld's answers, and the tables' hash against what it must do. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint32_t hash32_of(const char *text)
{
    return hash32(text, strlen(text));
}

static void keys_hash_as_goworld_hashes_them(void **state)
{
    (void)state;
    assert_int_equal(hash32_of(""), 0xbc9f1d34);
    assert_int_equal(hash32_of("abc"), 0x855d012f);
    assert_int_equal(hash32_of("abcd"), 0xb9c83353);
    assert_int_equal(hash32_of("Service/OnlineService#0"), 0xd87f4b4b);
    assert_int_equal(hash32_of("Service/OnlineService#0/EntityID"), 0xf4cd8cde);
}

static void the_hash_of_ids_is_the_hash_of_16_bytes(void **state)
{
    (void)state;
    const char *bytes = "awNEKGhsggslAAAC";
    for (uint64_t seed = 0; seed < 100; seed++)
        assert_true(hash64_16(bytes, seed) == hash64(bytes, 16, seed));
}

static void seed_and_every_byte_and_the_size_matter(void **state)
{
    (void)state;
    uint8_t bytes[48] = {0};
    for (size_t size = 0; size < sizeof bytes; size++) {
        uint64_t hash = hash64(bytes, size, 7);
        assert_true(hash != hash64(bytes, size, 8));
        assert_true(hash != hash64(bytes, size + 1, 7));
        for (size_t i = 0; i < size; i++) {
            bytes[i] = 1;
            assert_true(hash != hash64(bytes, size, 7));
            bytes[i] = 0;
        }
    }
}

/* Ids of one process differ in a few last characters only: they have to fall into all slots evenly.
 */
static void ids_in_sequence_fill_slots_evenly(void **state)
{
    (void)state;
    enum { SLOTS = 1024, IDS = 64 * SLOTS };
    static unsigned counts[SLOTS];
    for (unsigned i = 0; i < IDS; i++) {
        char id[17] = "awNEKGhsggslAAAA";
        for (unsigned at = 15, left = i; left > 0; left /= 64)
            id[at--] = (char)('0' + left % 64);
        counts[hash64(id, 16, 99) % SLOTS]++;
    }
    for (size_t i = 0; i < SLOTS; i++)
        assert_in_range(counts[i], 20, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_hash_as_goworld_hashes_them),
        cmocka_unit_test(the_hash_of_ids_is_the_hash_of_16_bytes),
        cmocka_unit_test(seed_and_every_byte_and_the_size_matter),
        cmocka_unit_test(ids_in_sequence_fill_slots_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
