/* Every message in every dialect, without a gate. */
#include "gate/dialect.h"

#include "unit/fake_link.h"

#include <stdlib.h>

#define E "awNEKGhsggslAAAC"
#define C "awNEKGhsggslAAAB"
#define GATE "\x01\x00"

struct bytes {
    const char *data;
    uint32_t size;
};
#define BYTES(text)                                                                                \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static struct view view_of_bytes(struct bytes b)
{
    return (struct view){(const uint8_t *)b.data, b.size};
}

static void expect(unsigned row, struct view got, struct bytes wanted)
{
    if (got.size != wanted.size || memcmp(got.data, wanted.data, wanted.size) != 0)
        fail_msg("row %u is not what it should be", row);
}

/* The same in all three columns where the first one stands alone. */
struct row {
    struct bytes in_2020, in_2018, in_2017;
};

static const struct row from_client[] = {
    {BYTES("\x0b\x00" E "\x02\x00\x00\x00Hi\x00\x00"),
     BYTES("\x0c\x00" E "\x02\x00\x00\x00Hi\x00\x00"),
     BYTES("\x0c\x00" E "\x02\x00\x00\x00Hi\x00\x00")},
    {BYTES("\x0c\x00" E "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
     BYTES("\x0d\x00" E "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
     BYTES("\x0d\x00" E "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4")},
    {BYTES("\xd1\x07"), BYTES("\xd4\x07"), BYTES("\xd4\x07")},
};

#define ALIKE(text)                                                                                \
    {                                                                                              \
        BYTES(text), BYTES(text), BYTES(text)                                                      \
    }
#define TO(type) type GATE C
#define ROOT "\x01\x00\x00\x00\xc0"
#define ROOT_2017 "\x01\x00\x00\x00\x90"
#define DEEP                                                                                       \
    "\x05\x00\x00\x00\x91\xa3"                                                                     \
    "bag"

static const struct row to_client[] = {
    ALIKE(TO("\xea\x03") "\x01" E "\x07\x00\x00\x00"
                         "Account"
                         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x80"),
    ALIKE(TO("\xeb\x03") "\x07\x00\x00\x00"
                         "Account" E),
    /* 1004, of a root attribute and of one inside */
    {BYTES(TO("\xec\x03") E ROOT "\x02\0\0\0hp\x01\0\0\0\x07"),
     BYTES(TO("\xec\x03") E ROOT "\x02\0\0\0hp\x01\0\0\0\x07"),
     BYTES(TO("\xec\x03") E ROOT_2017 "\x02\0\0\0hp\x01\0\0\0\x07")},
    ALIKE(TO("\xec\x03") E DEEP "\x02\0\0\0hp\x01\0\0\0\x07"),
    /* 1005 */
    {BYTES(TO("\xed\x03") E ROOT "\x02\0\0\0hp"), BYTES(TO("\xed\x03") E ROOT "\x02\0\0\0hp"),
     BYTES(TO("\xed\x03") E ROOT_2017 "\x02\0\0\0hp")},
    ALIKE(TO("\xed\x03") E DEEP "\x02\0\0\0hp"),
    /* Lists are no root. */
    ALIKE(TO("\xee\x03") E DEEP "\x01\0\0\0\x01\0\0\0\x07"),
    ALIKE(TO("\xef\x03") E DEEP),
    ALIKE(TO("\xf0\x03") E DEEP "\x01\0\0\0\x07"),
    ALIKE(TO("\xf1\x03") E "\x02\0\0\0Hi\0\0"),
    /* 1012 */
    {BYTES(TO("\xf4\x03") E DEEP), BYTES(TO("\xf6\x03") E DEEP), BYTES(TO("\xf6\x03") E DEEP)},
    {BYTES(TO("\xf4\x03") E ROOT), BYTES(TO("\xf6\x03") E ROOT), BYTES(TO("\xf6\x03") E ROOT_2017)},
    /* 1501, of docs/internals/protocol.md 7, known answer 9 */
    {BYTES("\xdd\x05\x04\x02\0\0\0lv\x01\0\0\0"
           "5\x02\0\0\0Hi\0\0"),
     BYTES("\xdd\x05\x04\x02\0\0\0lv\x01\0\0\0"
           "5\x02\0\0\0Hi\0\0"),
     BYTES("\xdd\x05\x02\0\0\0lv\x01\0\0\0"
           "5\x02\0\0\0Hi\0\0")},
    ALIKE("\xde\x05" E "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"),
};

#define ROWS(table) (sizeof(table) / sizeof *(table))

static void what_a_client_says_is_what_2020_says(void **state)
{
    (void)state;
    struct buf scratch = {0};
    for (unsigned i = 0; i < ROWS(from_client); i++) {
        const struct row *row = &from_client[i];
        struct view old = view_of_bytes(row->in_2017);
        expect(i, dialect_from_client(DIALECT_2017, old, &scratch), row->in_2020);
        old = view_of_bytes(row->in_2018);
        expect(i, dialect_from_client(DIALECT_2018, old, &scratch), row->in_2020);
    }
    buf_free(&scratch);
}

static void what_is_sent_is_in_the_clients_dialect(void **state)
{
    (void)state;
    struct buf scratch = {0};
    for (unsigned i = 0; i < ROWS(to_client); i++) {
        const struct row *row = &to_client[i];
        struct view packet = view_of_bytes(row->in_2020);
        expect(i, dialect_to_client(DIALECT_2017, packet, &scratch), row->in_2017);
        expect(i, dialect_to_client(DIALECT_2018, packet, &scratch), row->in_2018);
        expect(i, dialect_to_client(DIALECT_2020, packet, &scratch), row->in_2020);
    }
    buf_free(&scratch);
}

static bool is_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* That is how one tells what has to wait, and what can be shared. */
static void what_is_the_same_is_not_copied(void **state)
{
    (void)state;
    struct buf scratch = {0};
    for (unsigned i = 0; i < ROWS(to_client); i++) {
        const struct row *row = &to_client[i];
        struct view packet = view_of_bytes(row->in_2020);
        assert_int_equal(dialect_to_client(DIALECT_2017, packet, &scratch).data == packet.data,
                         is_equal(row->in_2017, row->in_2020));
        assert_int_equal(dialect_to_client(DIALECT_2018, packet, &scratch).data == packet.data,
                         is_equal(row->in_2018, row->in_2020));
        assert_ptr_equal(dialect_to_client(DIALECT_2020, packet, &scratch).data, packet.data);
    }
    buf_free(&scratch);
}

static void what_a_dialect_has_not_is_refused(void **state)
{
    (void)state;
    struct buf scratch = {0};
    static const struct bytes strange[] = {BYTES("\x0b\x00" E "\x02\x00\x00\x00Hi\x00\x00"),
                                           BYTES("\xd1\x07"), BYTES("\x00\x00"), BYTES("\x0e\x00")};
    for (unsigned i = 0; i < ROWS(strange); i++) {
        struct view packet = view_of_bytes(strange[i]);
        assert_int_equal(dialect_from_client(DIALECT_2017, packet, &scratch).size, 0);
        assert_int_equal(dialect_from_client(DIALECT_2018, packet, &scratch).size, 0);
    }
    buf_free(&scratch);
}

/* A game may send anything; what cannot be read is passed on as far as it goes. */
static void packets_that_are_cut_off_anywhere_are_survived(void **state)
{
    (void)state;
    struct buf scratch = {0};
    for (unsigned i = 0; i < ROWS(to_client); i++)
        for (uint32_t size = 2; size < to_client[i].in_2020.size; size++) {
            uint8_t *exact = mem_alloc(size); /* so that a read past its end is seen */
            memcpy(exact, to_client[i].in_2020.data, size);
            dialect_to_client(DIALECT_2017, (struct view){exact, size}, &scratch);
            dialect_to_client(DIALECT_2018, (struct view){exact, size}, &scratch);
            dialect_shown_by((struct view){exact, size}, DIALECT_2017);
            free(exact);
        }
    buf_free(&scratch);
}

struct sign {
    struct bytes packet;
    enum dialect shown; /* where 2018 is the old one */
};

static void packets_show_their_dialect(void **state)
{
    (void)state;
    static const struct sign signs[] = {
        {BYTES("\x0d\x00"), DIALECT_2018},
        {BYTES("\xd4\x07"), DIALECT_2018},
        {BYTES("\x0b\x00"), DIALECT_2020},
        {BYTES("\xd1\x07"), DIALECT_2020},
        /* Calls */
        {BYTES("\x0c\x00" E "\x02\0\0\0Hi\0\0"), DIALECT_2018},
        {BYTES("\x0c\x00" E "\x02\0\0\0Hi\1\0\1\0\0\0\xc0"), DIALECT_2018},
        /* As long as a position */
        {BYTES("\x0c\x00" E "\x0a\0\0\0SendAction\0\0"), DIALECT_2018},
        {BYTES("\x0c\x00" E "\x05\0\0\0Login\1\0\1\0\0\0\xc0"), DIALECT_2018},
        /* Positions: somewhere, at the origin, on the axes, which would be calls without a name */
        {BYTES("\x0c\x00" E "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40"), DIALECT_2020},
        {BYTES("\x0c\x00" E "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), DIALECT_2020},
        {BYTES("\x0c\x00" E "\0\0\0\0\0\0\x80\x3f\0\0\0\0\0\0\0\0"), DIALECT_2020},
        /* x = y = 0 and two bytes of z that are a count: a call of "" to its last byte */
        {BYTES("\x0c\x00" E "\0\0\0\0\1\0\6\0\0\0\1\2\3\4\5\6"), DIALECT_2020},
        /* Neither */
        {BYTES("\x0c\x00" E "\x02\0\0\0Hi\0\0!"), DIALECT_UNKNOWN},
        {BYTES("\x0c\x00" E "\x02\0\0\0Hi\0"), DIALECT_UNKNOWN},
        {BYTES("\x0c\x00" E "\0\0\0\0\0\0"), DIALECT_UNKNOWN},
        {BYTES("\x0c\x00"), DIALECT_UNKNOWN},
        {BYTES("\x06\x00" E "\x02\0\0\0Hi\0\0"), DIALECT_UNKNOWN},
        {BYTES("\x00\x00"), DIALECT_UNKNOWN},
    };
    for (unsigned i = 0; i < ROWS(signs); i++) {
        enum dialect shown = dialect_shown_by(view_of_bytes(signs[i].packet), DIALECT_2018);
        if (shown != signs[i].shown)
            fail_msg("row %u shows %d", i, (int)shown);
    }
    struct view position = view_of_bytes(signs[0].packet);
    assert_int_equal(dialect_shown_by(position, DIALECT_2017), DIALECT_2017);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_client_says_is_what_2020_says),
        cmocka_unit_test(what_is_sent_is_in_the_clients_dialect),
        cmocka_unit_test(what_is_the_same_is_not_copied),
        cmocka_unit_test(what_a_dialect_has_not_is_refused),
        cmocka_unit_test(packets_that_are_cut_off_anywhere_are_survived),
        cmocka_unit_test(packets_show_their_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
