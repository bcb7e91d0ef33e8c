/* The storage of docs/guide/storage.md: a Clerk keeps members, their passwords and a table of
 * scores. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

#include <stdio.h>
#include <stdlib.h>

extern const gw_entity_type Clerk_type, Member_type;

typedef struct Clerk {
    gw_entity base;
} Clerk;

#define CLERK_RPC(RPC)                                                                             \
    RPC(Clerk, Register, GW_OWN_CLIENT | GW_FIBER, (str, name), (str, password))                   \
    RPC(Clerk, Login, GW_OWN_CLIENT | GW_FIBER, (str, name), (str, password))                      \
    RPC(Clerk, Score, GW_OWN_CLIENT | GW_FIBER, (str, name), (i64, points))                        \
    RPC(Clerk, Best, GW_OWN_CLIENT)
GW_RPC_DECLARE(CLERK_RPC)
#define CLERK_CLIENT_RPC(RPC)                                                                      \
    RPC(Clerk, OnDone, (str, message))                                                             \
    RPC(Clerk, OnScore, (str, key))
GW_CLIENT_RPC_DECLARE(CLERK_CLIENT_RPC)

typedef struct Member {
    gw_entity base;
    gw_text name;
    int64_t visits;
} Member;

static const gw_attr Member_attrs[] = {
    GW_ATTR(Member, name, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Member, visits, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR_END,
};

/* What the database keeps under "login$NAME". */
typedef struct Login {
    gw_text password_hash;
    gw_id member;
} Login;
static const gw_field Login_fields[] = {
    GW_FIELD(Login, password_hash),
    GW_FIELD(Login, member),
    GW_FIELD_END,
};

static gw_err save_member(const char *name, gw_id *id)
{
    Member *member = GW_CREATE(Member);
    GW_SET(member, name, name);
    *id = member->base.id;
    gw_err err = gw_await_save(&member->base);
    member = GW_FIND(Member, *id); /* the pointer was good until the wait */
    if (member)
        gw_destroy(&member->base);
    return err;
}

static gw_err claim(const char *name, const char *password)
{
    Login login = {0};
    gw_err err = gw_await_password_hash(&login.password_hash, password);
    if (!err)
        err = save_member(name, &login.member);
    if (!err)
        err = gw_await_kv_put_if_absent(Login_fields, &login, "login$%s", name);
    gw_record_clear(Login_fields, &login);
    return err;
}

static void tell(Clerk *self, gw_err err)
{
    Clerk_client_OnDone(gw_own_client(&self->base), gw_strerror(err));
}

void Clerk_Register(Clerk *self, const char *name, const char *password)
{
    gw_err err = claim(name, password);
    if (err != GW_ECANCELED)
        tell(self, err);
}

static gw_err check(const char *name, const char *password, gw_id *member)
{
    Login login = {0};
    gw_err err = gw_await_kv_get(Login_fields, &login, "login$%s", name);
    if (!err)
        err = gw_await_password_check(gw_text_get(&login.password_hash), password);
    if (!err)
        *member = login.member;
    gw_record_clear(Login_fields, &login);
    return err;
}

void Clerk_Login(Clerk *self, const char *name, const char *password)
{
    gw_id member = {0};
    gw_err err = check(name, password, &member);
    if (err == GW_ECANCELED)
        return;
    if (!err) {
        gw_load_anywhere(&Member_type, member);
        err = gw_give_client(&self->base, member);
    }
    if (err)
        tell(self, err);
}

typedef struct Score {
    int64_t points;
} Score;
static const gw_field Score_fields[] = {GW_FIELD(Score, points), GW_FIELD_END};

void Clerk_Score(Clerk *self, const char *name, int64_t points)
{
    Score score = {.points = points};
    gw_err err = gw_await_kv_put(Score_fields, &score, "score$%010lld$%s", (long long)points, name);
    if (err != GW_ECANCELED)
        tell(self, err);
}

static void found(void *argument, const char *key, const void *value, size_t size)
{
    (void)value;
    (void)size;
    Clerk *clerk = GW_FIND(Clerk, *(gw_id *)argument);
    if (clerk)
        Clerk_client_OnScore(gw_own_client(&clerk->base), key);
}

static void found_all(void *argument, gw_err err)
{
    Clerk *clerk = GW_FIND(Clerk, *(gw_id *)argument);
    if (clerk)
        tell(clerk, err);
    free(argument);
}

void Clerk_Best(Clerk *self)
{
    gw_id *who = malloc(sizeof *who);
    *who = self->base.id;
    if (gw_kv_range("score$0000000100", "score$9999999999", 10, found, found_all, who))
        free(who);
}

static void count_visit(gw_entity *entity)
{
    Member *self = GW_AS(Member, entity);
    GW_SET(self, visits, self->visits + 1);
}

GW_RPC_DEFINE(Clerk, CLERK_RPC)
const gw_entity_type Clerk_type = {
    .name = "Clerk",
    .size = sizeof(Clerk),
    .methods = Clerk_methods,
    .on_client_lost = gw_destroy,
};

const gw_entity_type Member_type = {
    .name = "Member",
    .size = sizeof(Member),
    .attrs = Member_attrs,
    .persistent = true,
    .on_client_connected = count_visit,
    .on_client_lost = gw_destroy,
};
static const gw_entity_type *const types[] = {&Clerk_type, &Member_type, NULL};
static const gw_game game = {.types = types};

static gw_sim_client *clerk(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Clerk");
    return client;
}

static void visit(gw_sim *sim, int times)
{
    gw_sim_client *ann = clerk(sim);
    gw_sim_call(ann, "Login", "ss", "ann", "secret");
    gw_sim_expect(ann, "visits=%d", times);
    gw_sim_disconnect(ann);
}

static void keep(gw_sim *sim)
{
    gw_sim_client *ann = clerk(sim);
    gw_sim_call(ann, "Register", "ss", "ann", "secret");
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_OK));
    gw_sim_call(ann, "Register", "ss", "ann", "other");
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_EEXIST));
    gw_sim_call(ann, "Login", "ss", "ann", "wrong");
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_EDENIED));
    visit(sim, 1);
    visit(sim, 2);

    gw_sim_call(ann, "Score", "si", "ann", 70);
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_OK));
    gw_sim_call(ann, "Score", "si", "bob", 700);
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_OK));
    gw_sim_call(ann, "Best", "");
    gw_sim_expect(ann, "OnScore(score$0000000700$bob)");
    gw_sim_expect(ann, "OnDone(%s)", gw_strerror(GW_OK));
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "OnScore(score$0000000070$ann)") == 0);
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "storage",
        .cluster = {.dispatchers = 2, .games = 3, .game = &game, .boot_entity = "Clerk"},
        .any_size = true,
        .seeds = 4,
        .run = keep,
    });
}
