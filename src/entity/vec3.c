/* Arithmetic with vectors. */
#include <goworld/space.h>

#include <math.h>

#define DEGREES_PER_RADIAN 57.29577951308232

gw_vec3 gw_vec3_add(gw_vec3 a, gw_vec3 b)
{
    return (gw_vec3){a.x + b.x, a.y + b.y, a.z + b.z};
}

gw_vec3 gw_vec3_sub(gw_vec3 a, gw_vec3 b)
{
    return (gw_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

gw_vec3 gw_vec3_scale(gw_vec3 v, float by)
{
    return (gw_vec3){v.x * by, v.y * by, v.z * by};
}

/* In double, where no square of a float is too large. */
float gw_vec3_length(gw_vec3 v)
{
    double x = v.x, y = v.y, z = v.z;
    return (float)sqrt(x * x + y * y + z * z);
}

gw_vec3 gw_vec3_normalize(gw_vec3 v)
{
    double x = v.x, y = v.y, z = v.z, length = sqrt(x * x + y * y + z * z);
    if (length == 0)
        return v;
    return (gw_vec3){(float)(x / length), (float)(y / length), (float)(z / length)};
}

float gw_vec3_yaw(gw_vec3 direction)
{
    double yaw = atan2((double)direction.x, (double)direction.z) * DEGREES_PER_RADIAN;
    return (float)(yaw < 0 ? yaw + 360 : yaw);
}
