/* sha1: the digest that the WebSocket handshake asks for (RFC 3174); good for nothing else. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void sha1(const void *bytes, size_t size, uint8_t digest[20]);
