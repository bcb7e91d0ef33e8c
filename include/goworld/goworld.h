/* GoWorld: all that a game programmer includes. */
#pragma once

#include <goworld/attr.h>
#include <goworld/call.h>
#include <goworld/client.h>
#include <goworld/entity.h>
#include <goworld/fiber.h>
#include <goworld/game.h>
#include <goworld/kv.h>
#include <goworld/log.h>
#include <goworld/random.h>
#include <goworld/rpc.h>
#include <goworld/service.h>
#include <goworld/space.h>
#include <goworld/text.h>
#include <goworld/timer.h>
#include <goworld/tree.h>
#include <goworld/types.h>
#include <goworld/value.h>
