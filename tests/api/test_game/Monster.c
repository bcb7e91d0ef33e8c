/* Monster and AOITester: things that do nothing but be seen. */
#include "test_game.h"

static const gw_attr Monster_attrs[] = {GW_ATTR(Monster, name, GW_ALL_CLIENTS), GW_ATTR_END};
const gw_entity_type Monster_type = {
    .name = "Monster",
    .size = sizeof(Monster),
    .attrs = Monster_attrs,
};

static const gw_attr AOITester_attrs[] = {GW_ATTR(AOITester, name, GW_ALL_CLIENTS), GW_ATTR_END};
const gw_entity_type AOITester_type = {
    .name = "AOITester",
    .size = sizeof(AOITester),
    .attrs = AOITester_attrs,
};
