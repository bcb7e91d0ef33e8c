/* The calls of docs/guide/rpc.md: a Customer, its Bank, and answers. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

#include <stdlib.h>

extern const gw_entity_type Bank_type, Customer_type;

typedef struct Bank {
    gw_entity base;
    int64_t balance;
} Bank;

#define BANK_RPC(RPC) RPC(Bank, Deposit, GW_SERVER, (i64, amount))
GW_RPC_DECLARE(BANK_RPC)
#define BANK_ASK(ASK) ASK(Bank, Withdraw, GW_SERVER, ((i64, amount)), ((i64, left), (text, note)))
GW_ASK_DECLARE(BANK_ASK)

typedef struct Customer {
    gw_entity base;
    gw_id bank;
    gw_timer wages;
} Customer;

#define CUSTOMER_RPC(RPC)                                                                          \
    RPC(Customer, Earn, GW_OWN_CLIENT, (i64, amount))                                              \
    RPC(Customer, Buy, GW_OWN_CLIENT | GW_FIBER, (i64, price))                                     \
    RPC(Customer, Order, GW_OWN_CLIENT, (i64, price))                                              \
    RPC(Customer, Work, GW_OWN_CLIENT)                                                             \
    RPC(Customer, Rest, GW_OWN_CLIENT)                                                             \
    RPC(Customer, Pay, GW_SERVER, (i64, wage))                                                     \
    RPC(Customer, Script, GW_OWN_CLIENT | GW_FIBER)
GW_RPC_DECLARE(CUSTOMER_RPC)

#define CUSTOMER_CLIENT_RPC(RPC)                                                                   \
    RPC(Customer, OnBought, (i64, left), (str, note))                                              \
    RPC(Customer, OnRefused, (str, why))                                                           \
    RPC(Customer, OnPaid, (i64, wage))
GW_CLIENT_RPC_DECLARE(CUSTOMER_CLIENT_RPC)

void Bank_Deposit(Bank *self, int64_t amount)
{
    self->balance += amount;
}

gw_err Bank_Withdraw(Bank *self, int64_t amount, int64_t *left, gw_text *note)
{
    if (amount < 0 || amount > self->balance)
        return GW_EDENIED;
    self->balance -= amount;
    *left = self->balance;
    gw_text_assign(note, "Come again.");
    return GW_OK;
}

void Customer_Earn(Customer *self, int64_t amount)
{
    Bank_call_Deposit(self->bank, amount);
}

void Customer_Buy(Customer *self, int64_t price)
{
    int64_t left = 0;
    gw_text note = {0};
    gw_err err = Bank_await_Withdraw(self->bank, 5 * GW_SECOND, price, &left, &note);
    if (err == GW_ECANCELED)
        return;
    if (err)
        Customer_client_OnRefused(gw_own_client(&self->base), gw_strerror(err));
    else
        Customer_client_OnBought(gw_own_client(&self->base), left, gw_text_get(&note));
    gw_text_clear(&note);
}

static void ordered(void *argument, gw_err err, int64_t left, const char *note)
{
    Customer *customer = GW_FIND(Customer, *(gw_id *)argument);
    if (customer && !err)
        Customer_client_OnBought(gw_own_client(&customer->base), left, note);
    free(argument);
}

void Customer_Order(Customer *self, int64_t price)
{
    gw_id *who = malloc(sizeof *who);
    *who = self->base.id;
    if (Bank_ask_Withdraw(self->bank, 0, price, ordered, who))
        free(who);
}

void Customer_Work(Customer *self)
{
    if (!self->wages)
        self->wages = Customer_every_Pay(self, GW_MINUTE, 10);
}

void Customer_Rest(Customer *self)
{
    gw_timer_cancel(&self->base, self->wages);
    self->wages = 0;
}

void Customer_Pay(Customer *self, int64_t wage)
{
    Bank_call_Deposit(self->bank, wage);
    Customer_client_OnPaid(gw_own_client(&self->base), wage);
}

void Customer_Script(Customer *self)
{
    gw_list answer;
    gw_call(self->bank, "Deposit", GW_LIST(5));
    if (gw_await_call(self->bank, "Withdraw", 0, GW_LIST(5), &answer) == GW_OK)
        gw_call_clients(gw_own_client(&self->base), "OnBought", answer);
}

static void open_account(gw_entity *entity)
{
    GW_AS(Customer, entity)->bank = gw_create_anywhere(&Bank_type);
}

GW_RPC_DEFINE(Bank, BANK_RPC, BANK_ASK)
const gw_entity_type Bank_type = {.name = "Bank", .size = sizeof(Bank), .methods = Bank_methods};

GW_RPC_DEFINE(Customer, CUSTOMER_RPC)
const gw_entity_type Customer_type = {
    .name = "Customer",
    .size = sizeof(Customer),
    .methods = Customer_methods,
    .on_created = open_account,
    .on_client_lost = gw_destroy,
};
static const gw_entity_type *const types[] = {&Bank_type, &Customer_type, NULL};
static const gw_game game = {.types = types};

static void trade(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Customer");
    gw_sim_call(ann, "Earn", "i", 100);
    gw_sim_call(ann, "Buy", "i", 30);
    gw_sim_expect(ann, "OnBought(70,Come again.)");
    gw_sim_call(ann, "Buy", "i", 71);
    gw_sim_expect(ann, "OnRefused(%s)", gw_strerror(GW_EDENIED));
    gw_sim_call(ann, "Order", "i", 70);
    gw_sim_expect(ann, "OnBought(0,Come again.)");
    gw_sim_call(ann, "Work", "");
    gw_sim_run(sim, 2 * GW_MINUTE + GW_SECOND);
    gw_sim_call(ann, "Rest", "");
    gw_sim_expect(ann, "OnPaid(10)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "OnPaid(10)") == 2);
    gw_sim_call(ann, "Script", "");
    gw_sim_expect(ann, "OnBought(20,Come again.)");
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "trade",
        .cluster = {.dispatchers = 2, .games = 3, .game = &game, .boot_entity = "Customer"},
        .any_size = true,
        .seeds = 4,
        .run = trade,
    });
}
