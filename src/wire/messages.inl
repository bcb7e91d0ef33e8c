/* Every message: MSG(NAME, name, number, (kind, field)...). docs/internals/protocol.md says what
 * each means and who sends it; this says what it is made of. messages.h tells how to read a row. */

/* Between processes (docs/internals/protocol.md 6). */
MSG(SET_GAME_ID, set_game_id, 1, (u16, game), (bool, is_reconnect), (bool, is_restore),
    (bool, is_ban_boot_entity), (ids, entities))
MSG(SET_GATE_ID, set_gate_id, 2, (u16, gate))
MSG(NOTIFY_CREATE_ENTITY, notify_create_entity, 3, (id, entity))
MSG(NOTIFY_DESTROY_ENTITY, notify_destroy_entity, 4, (id, entity))
MSG(KVREG_REGISTER, kvreg_register, 5, (str, key), (str, value), (bool, force))
MSG(CALL_ENTITY_METHOD, call_entity_method, 6, (id, entity), (str, method), (args, args))
MSG(CREATE_ENTITY_SOMEWHERE, create_entity_somewhere, 7, (u16, game), (id, entity), (str, type),
    (data, attrs))
MSG(LOAD_ENTITY_SOMEWHERE, load_entity_somewhere, 8, (u16, game), (id, entity), (str, type))
MSG(NOTIFY_CLIENT_CONNECTED, notify_client_connected, 9, (id, client), (id, boot_entity))
MSG(NOTIFY_CLIENT_CONNECTED_FORWARDED, notify_client_connected_forwarded, 9, (id, client),
    (id, boot_entity), (u16, gate))
MSG(NOTIFY_CLIENT_DISCONNECTED, notify_client_disconnected, 10, (id, owner), (id, client))
MSG(CALL_ENTITY_METHOD_FROM_CLIENT, call_entity_method_from_client, 11, (id, entity), (str, method),
    (args, args))
MSG(CALL_ENTITY_METHOD_FROM_CLIENT_FORWARDED, call_entity_method_from_client_forwarded, 11,
    (id, entity), (str, method), (args, args), (id, client))
MSG(SYNC_POSITION_YAW_FROM_CLIENT, sync_position_yaw_from_client, 12, (id, entity), (f32, x),
    (f32, y), (f32, z), (f32, yaw))
MSG(SYNC_POSITION_YAW_FROM_CLIENT_FORWARDED, sync_position_yaw_from_client_forwarded, 12,
    (rest, records))
MSG(NOTIFY_GATE_DISCONNECTED, notify_gate_disconnected, 13, (u16, gate))
MSG(START_FREEZE_GAME, start_freeze_game, 14)
MSG(START_FREEZE_GAME_ACK, start_freeze_game_ack, 15, (u16, dispatcher))
MSG(MIGRATE_REQUEST, migrate_request, 16, (id, entity), (id, space), (u16, space_game))
MSG(MIGRATE_REQUEST_ACK, migrate_request_ack, 16, (id, entity), (id, space), (u16, space_game))
MSG(REAL_MIGRATE, real_migrate, 17, (id, entity), (u16, game), (bytes, state))
MSG(QUERY_SPACE_GAMEID_FOR_MIGRATE, query_space_gameid_for_migrate, 18, (id, space), (id, entity))
MSG(QUERY_SPACE_GAMEID_FOR_MIGRATE_ACK, query_space_gameid_for_migrate_ack, 18, (id, space),
    (id, entity), (u16, game))
MSG(CANCEL_MIGRATE, cancel_migrate, 19, (id, entity))
MSG(CALL_NIL_SPACES, call_nil_spaces, 20, (u16, except_game), (str, method), (args, args))
MSG(SET_GAME_ID_ACK, set_game_id_ack, 21, (u16, dispatcher), (bool, is_deployment_ready),
    (u16s, games), (ids, rejected), (strmap, registry))
MSG(NOTIFY_GAME_CONNECTED, notify_game_connected, 22, (u16, game))
MSG(NOTIFY_GAME_DISCONNECTED, notify_game_disconnected, 23, (u16, game))
MSG(NOTIFY_DEPLOYMENT_READY, notify_deployment_ready, 24)
MSG(GAME_LBC_INFO, game_lbc_info, 25, (data, info))

/* To one client, through its gate; the client gets them as they are, gate and client included
 * (docs/internals/protocol.md 3). */
MSG(CREATE_ENTITY_ON_CLIENT, create_entity_on_client, 1002, (u16, gate), (id, client),
    (bool, is_player), (id, entity), (str, type), (f32, x), (f32, y), (f32, z), (f32, yaw),
    (data, attrs))
MSG(DESTROY_ENTITY_ON_CLIENT, destroy_entity_on_client, 1003, (u16, gate), (id, client),
    (str, type), (id, entity))
MSG(NOTIFY_MAP_ATTR_CHANGE, notify_map_attr_change, 1004, (u16, gate), (id, client), (id, entity),
    (data, path), (str, key), (data, value))
MSG(NOTIFY_MAP_ATTR_DEL, notify_map_attr_del, 1005, (u16, gate), (id, client), (id, entity),
    (data, path), (str, key))
MSG(NOTIFY_LIST_ATTR_CHANGE, notify_list_attr_change, 1006, (u16, gate), (id, client), (id, entity),
    (data, path), (u32, index), (data, value))
MSG(NOTIFY_LIST_ATTR_POP, notify_list_attr_pop, 1007, (u16, gate), (id, client), (id, entity),
    (data, path))
MSG(NOTIFY_LIST_ATTR_APPEND, notify_list_attr_append, 1008, (u16, gate), (id, client), (id, entity),
    (data, path), (data, value))
MSG(CALL_ENTITY_METHOD_ON_CLIENT, call_entity_method_on_client, 1009, (u16, gate), (id, client),
    (id, entity), (str, method), (args, args))
MSG(SET_CLIENTPROXY_FILTER_PROP, set_clientproxy_filter_prop, 1010, (u16, gate), (id, client),
    (str, key), (str, value))
MSG(CLEAR_CLIENTPROXY_FILTER_PROP, clear_clientproxy_filter_prop, 1011, (u16, gate), (id, client))
MSG(NOTIFY_MAP_ATTR_CLEAR, notify_map_attr_clear, 1012, (u16, gate), (id, client), (id, entity),
    (data, path))

/* To many clients (docs/internals/protocol.md 3 and 6). */
MSG(CALL_FILTERED_CLIENTS, call_filtered_clients, 1501, (u8, op), (str, key), (str, value),
    (str, method), (args, args))
MSG(SYNC_POSITION_YAW_ON_CLIENTS, sync_position_yaw_on_clients, 1502, (u16, gate), (rest, records))
MSG(SYNC_POSITION_YAW_ON_CLIENTS_FORWARDED, sync_position_yaw_on_clients_forwarded, 1502,
    (rest, records))

/* From a client only (docs/internals/protocol.md 2). */
MSG(HEARTBEAT_FROM_CLIENT, heartbeat_from_client, 2001)

/* Ours, between a gate and a client that asks (docs/internals/protocol.md 5). */
MSG(SEAT_FROM_CLIENT, seat_from_client, 3100, (str, token))
MSG(SEAT_ON_CLIENT, seat_on_client, 3101, (bool, returned), (str, token), (u32, grace_ms))
MSG(LEAVE_FROM_CLIENT, leave_from_client, 3102)

/* Ours, to peers that said HELLO. */
MSG(HELLO, hello, 3000, (u16, version), (u64, features), (u64, epoch))
MSG(GIVE_CLIENT, give_client, 3001, (u16, gate), (id, client), (id, from), (id, to))
MSG(NOTIFY_CLIENT_GIVEN, notify_client_given, 3002, (id, entity), (id, client), (u16, gate),
    (str, address))
MSG(CLOSE_CLIENT, close_client, 3003, (u16, gate), (id, client), (str, reason))
MSG(NOTIFY_LOAD_FAILED, notify_load_failed, 3004, (id, entity))
MSG(NOTIFY_ENTITIES_GONE, notify_entities_gone, 3005, (rest, entities))
MSG(REJECT_ENTITY, reject_entity, 3006, (id, entity))
MSG(CANCEL_FREEZE_GAME, cancel_freeze_game, 3007)
MSG(FREEZE_CANCELLED, freeze_cancelled, 3008)
MSG(CONNECT_CLIENT, connect_client, 3010, (id, client), (id, boot_entity), (u16, gate),
    (str, address))
MSG(PAUSE_CLIENT, pause_client, 3011, (u16, gate), (id, client))
MSG(RESUME_CLIENT, resume_client, 3012, (u16, gate), (id, client))

/* Sessions: what keeps a link between two processes of ours going over breaks; in both directions
 * where it does not say otherwise. */
MSG(RESUME, resume, 3020, (bool, is_gate), (u16, id), (u64, epoch), (u64, dispatcher_epoch),
    (u64, received))
MSG(RESUME_ANSWER, resume_answer, 3021, (bool, resumed), (u64, epoch), (u64, received))
MSG(RECEIVED, received, 3022, (u64, bytes))
MSG(PING, ping, 3023, (u64, stamp))
MSG(PONG, pong, 3024, (u64, stamp))
MSG(BYE, bye, 3025)
MSG(CHECK_CLIENT, check_client, 3026, (u16, gate), (id, client), (id, entity))
MSG(CHECK_OWNER, check_owner, 3027, (id, entity), (id, client), (u16, gate), (bool, has_player),
    (str, address))
MSG(NOTIFY_GATE_HELLO, notify_gate_hello, 3028, (u16, gate))
MSG(VIEW_FOLLOWS, view_follows, 3029, (u16, gate), (id, client), (id, entity))

/* Calls that are answered, between our games and our dispatchers. */
MSG(ASK, ask, 3040, (id, entity), (u16, game), (u64, request), (str, method), (args, args))
MSG(ANSWER, answer, 3041, (u16, game), (u64, request), (u16, error), (args, args))

/* The registry's, between our games and our dispatchers. */
MSG(KVREG_RELEASE, kvreg_release, 3030, (str, key), (str, value))
MSG(KVREG_RESTORE, kvreg_restore, 3031, (u16, game), (str, key), (str, value))
MSG(NOTIFY_KVREG_REMOVED, notify_kvreg_removed, 3032, (str, key))

/* Positions in a compact form, and the end of a migration, between our processes. */
MSG(MIGRATED, migrated, 3050, (u16, game), (id, entity))
MSG(SYNC_POSITIONS, sync_positions, 3051, (u16, gate), (rest, records))
