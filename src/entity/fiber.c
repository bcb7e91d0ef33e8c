/* Runs methods in fibers. */
#include "entity/fiber.h"

#include "entity/entity.h"
#include "entity/root.h"
#include "entity/save.h"
#include "entity/tree.h"
#include "os/fiber.h"

#include <stdlib.h>

static void link_task(struct task *task)
{
    struct entity *e = task->entity;
    task->next = e->tasks;
    if (e->tasks)
        e->tasks->previous = task;
    e->tasks = task;
    e->pins++;
}

static void task_free(struct task *task)
{
    struct entity *e = task->entity;
    if (task->previous)
        task->previous->next = task->next;
    else
        e->tasks = task->next;
    if (task->next)
        task->next->previous = task->previous;
    e->pins--;
    tree_free_all(&task->loose);
    task->world->stats.fibers--;
    task->world->old_tasks -= task->number <= task->world->tasks_mark;
    free(task);
}

static void task_main(void *argument)
{
    struct task *task = argument;
    task->method->invoke(&task->entity->base, &task->reader);
    call_returned(task->world, task->entity, task->method, &task->reader);
}

static struct task *task_new(struct world *w, struct entity *e, const gw_method *method,
                             struct view args)
{
    struct task *task = mem_alloc(sizeof *task + (size_t)args.size * 2 + 1);
    *task = (struct task){.sleep.index = HEAP_OUTSIDE,
                          .world = w,
                          .entity = e,
                          .method = method,
                          .number = ++w->tasks_begun};
    memcpy(task->bytes, args.data, args.size);
    struct view copy = {task->bytes, args.size};
    args_reader_init(&task->reader, copy, (char *)task->bytes + args.size);
    args_reader_take_asker(&task->reader, w);
    link_task(task);
    w->stats.fibers++;
    return task;
}

void fiber_run_method(struct world *w, struct entity *e, const gw_method *method, struct view args)
{
    struct task *task = task_new(w, e, method, args);
    struct scope before = world_enter(w, e);
    struct task *outer = w->task;
    w->task = task;
    gw_err err = fiber_start(w->desc.fibers, task_main, task, &task->fiber);
    w->task = outer;
    if (err) {
        world_complain(w, fibers_refused, "call_dropped",
                       "entity=" GW_ID_FORMAT " why=\"too many fibers run\"",
                       GW_ID_ARG(e->base.id));
        ask_answer(w, e->base.id, &task->reader.asker, GW_EFULL, (struct view){0});
    }
    if (!task->fiber)
        task_free(task);
    world_leave(w, before);
}

static void resume(struct task *task)
{
    struct world *w = task->world;
    struct scope before = world_enter(w, task->entity);
    struct task *outer = w->task;
    w->task = task;
    bool ended = fiber_resume(task->fiber);
    w->task = outer;
    if (ended)
        task_free(task);
    world_leave(w, before);
}

static void resume_later(struct world *w, struct task *task)
{
    if (task->resuming)
        return;
    task->resuming = true;
    task->resume_next = NULL;
    if (w->resume_last)
        w->resume_last->resume_next = task;
    else
        w->resume_first = task;
    w->resume_last = task;
}

void fibers_cancel(struct world *w, struct entity *e)
{
    for (struct task *task = e->tasks; task; task = task->next) {
        task->canceled = true;
        heap_remove(&w->sleeps, &task->sleep);
        if (task->await)
            resume_later(w, task);
    }
}

void fibers_resume_canceled(struct world *w)
{
    while (w->resume_first) {
        struct task *task = w->resume_first;
        w->resume_first = task->resume_next;
        if (!w->resume_first)
            w->resume_last = NULL;
        task->resuming = false;
        resume(task);
    }
}

void fibers_wake(struct world *w)
{
    uint64_t pushed = w->sleeps.pushed; /* those who fall asleep meanwhile wait for the next turn */
    struct heap_node *first;
    while ((first = heap_first(&w->sleeps)) && first->due_ms <= w->desc.clock->now_ms &&
           first->order < pushed) {
        heap_remove(&w->sleeps, first);
        await_answer(((struct task *)first)->await, GW_OK, (struct view){0});
    }
}

/* ---- waiting -------------------------------------------------------------------------------- */

gw_err await_begin(struct world *w, struct await **out)
{
    if (!w->task || w->hook_depth) {
        world_misuse(w, NULL, "a gw_await_ function was called outside a method marked GW_FIBER",
                     "");
        return GW_ENOFIBER;
    }
    if (w->task->canceled)
        return GW_ECANCELED;
    struct await *a = mem_zalloc(sizeof *a);
    a->task = w->task;
    *out = a;
    return GW_OK;
}

void await_drop(struct await *a)
{
    buf_free(&a->value);
    free(a);
}

gw_err await_finish(struct await *a, struct buf *value)
{
    struct task *task = a->task;
    if (!a->answered) {
        if (task->entity->trees)
            roots_reclaim(task->world, task->entity);
        task->await = a;
        fiber_suspend();
        task->await = NULL;
    }
    if (!a->answered) { /* canceled: whoever answers finds nobody */
        if (a->is_sleep)
            await_drop(a);
        else
            a->task = NULL;
        return GW_ECANCELED;
    }
    gw_err err = task->canceled ? GW_ECANCELED : a->err;
    if (value && !task->canceled) {
        *value = a->value;
        a->value = (struct buf){0};
    }
    await_drop(a);
    return err;
}

void await_answer(struct await *a, gw_err err, struct view value)
{
    struct task *task = a->task;
    if (!task) {
        await_drop(a);
        return;
    }
    a->answered = true;
    a->err = err;
    if (value.size)
        buf_append(&a->value, value.data, value.size);
    if (task->await == a && !task->resuming)
        resume(task);
}

/* ---- what games call ------------------------------------------------------------------------ */

gw_err gw_await_sleep(int64_t delay_ms)
{
    struct world *w = world_running();
    struct await *a;
    if (delay_ms < 0 || delay_ms > GW_TIMER_DELAY_MS_MAX)
        return GW_EINVAL;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    heap_push(&w->sleeps, &w->task->sleep, w->desc.clock->now_ms + delay_ms);
    a->is_sleep = true;
    return await_finish(a, NULL);
}

static void answer_err(void *user, gw_err err)
{
    await_answer(user, err, (struct view){0});
}

gw_err gw_await_save(gw_entity *entity)
{
    struct world *w = world_running();
    struct entity *e = entity_of(entity);
    struct await *a;
    if (!e->type->def->persistent)
        return GW_EINVAL;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = save_now(w, e, answer_err, a);
    if (!err)
        return await_finish(a, NULL);
    await_drop(a);
    return err;
}

gw_err gw_await_saved(const gw_entity_type *type, gw_id id)
{
    struct world *w = world_running();
    struct await *a;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = storage_exists(w->desc.storage, type->name, id, answer_err, a);
    if (!err)
        return await_finish(a, NULL);
    await_drop(a);
    return err;
}

static void answer_hash(void *user, gw_err err, const char *hash)
{
    await_answer(user, err, (struct view){(const uint8_t *)hash, (uint32_t)strlen(hash) + 1});
}

gw_err gw_await_password_hash(gw_text *hash, const char *password)
{
    struct world *w = world_running();
    struct await *a;
    struct buf text = {0};
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = password_hash(w->desc.passwords, password, answer_hash, a);
    if (err)
        await_drop(a);
    else
        err = await_finish(a, &text);
    if (!err)
        gw_text_assign(hash, (const char *)text.data);
    buf_free(&text);
    return err;
}

gw_err gw_await_password_check(const char *hash, const char *password)
{
    struct world *w = world_running();
    struct await *a;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = password_check(w->desc.passwords, hash, password, answer_err, a);
    if (!err)
        return await_finish(a, NULL);
    await_drop(a);
    return err;
}
