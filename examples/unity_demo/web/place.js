// Places and directions of the arena, seen from above: x to the right, z upwards, yaw in degrees clockwise from z.

const RADIANS = Math.PI / 180;

export const distance = (a, b) => Math.hypot(b.x - a.x, b.z - a.z);

/** The yaw of who looks from one place to another. */
export const yawTo = (from, to) => Math.atan2(to.x - from.x, to.z - from.z) / RADIANS;

/** The unit vector of a yaw. */
export const forward = (yaw) => ({ x: Math.sin(yaw * RADIANS), z: Math.cos(yaw * RADIANS) });

/** How far apart two yaws are: 0 to 180. */
export const turn = (a, b) => Math.abs(((((b - a) % 360) + 540) % 360) - 180);

/** The yaw that lies so far on the shorter way from one to the other; 0 is the first. */
export const yawBetween = (from, to, share) => from + (((((to - from) % 360) + 540) % 360) - 180) * share;
