/* A whole recorded session of the chatroom: what GoWorld sent comes out as events. */
#include "gate.h"

#include <stdlib.h>

#define EXPECTED                                                                                   \
    "open; create Account {}; player Account; "                                                    \
    "Account.ShowInfo[注册成功，请点击登录]; destroy Account; "                          \
    "create Avatar {chatroom:1,name:u2873}; player Avatar; "                                       \
    "set /chatroom is was 1: {chatroom:room2,name:u2873}; "                                        \
    "Avatar.OnRecvChat[u2873,héllo 你好]; Avatar.ShowError[无法识别的命令：nosuch]; "   \
    "destroy Avatar; closed"

/* The payload is a line's last word. */
static void say_session(struct gate *gate)
{
    FILE *file = fopen(GW_SOURCE_DIR "/tests/golden/chatroom.dump", "r");
    char *line = NULL;
    size_t capacity = 0;
    assert_non_null(file);
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, " S>C "))
            gate_say_hex(gate, strrchr(line, ' ') + 1);
    }
    free(line);
    fclose(file);
}

static void replay(size_t piece_bytes)
{
    struct gate gate = {.piece_bytes = piece_bytes};
    gate_open(&gate, &(gwc_desc){0});
    say_session(&gate);
    while (gate.to_client.size > 0)
        gate_turn(&gate, 0);
    gwc_close(gate.client);
    gate_expect(&gate, EXPECTED);
    gate_close(&gate);
}

static void a_recorded_session_gives_the_events_that_its_player_saw(void **state)
{
    (void)state;
    replay(0);
}

static void it_gives_the_same_events_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t piece_bytes = 1; piece_bytes < 100; piece_bytes++)
        replay(piece_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_session_gives_the_events_that_its_player_saw),
        cmocka_unit_test(it_gives_the_same_events_however_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
