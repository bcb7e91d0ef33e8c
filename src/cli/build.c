/* build: compiles a server directory and links it with the engine, by make or by the directory's
 * own build files. */
#include "base/sentence.h"
#include "cli/server.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the engine lies: the build folder or the prefix, which hold the same layout beside bin/. */
struct engine {
    char root[PATH_MAX];
    char game_mk[PATH_MAX + 32];
};

/* Cuts the last component off. */
static void parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
}

static gw_err find_engine(struct server *server, struct engine *engine)
{
    snprintf(engine->root, sizeof engine->root, "%s", server_own_program(server));
    parent(engine->root); /* goworld */
    parent(engine->root); /* bin */
    snprintf(engine->game_mk, sizeof engine->game_mk, "%s/share/goworld/game.mk", engine->root);
    if (access(engine->game_mk, R_OK) == 0)
        return GW_OK;
    cli_fail("cannot find the engine: %s is not there", engine->game_mk);
    return GW_ENOTFOUND;
}

/* Both pkg-config and CMake find the engine by these. */
static void set_environment(const struct engine *engine)
{
    const char *others = getenv("PKG_CONFIG_PATH");
    char *path =
        sentence("%s/lib/pkgconfig%s%s", engine->root, others ? ":" : "", others ? others : "");
    setenv("PKG_CONFIG_PATH", path, 1);
    setenv("GOWORLD_MK", engine->game_mk, 1);
    free(path);
}

/* Runs a program and waits; false when it fails. */
static bool run(const char *const *argv)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        execvp(argv[0], (char *const *)argv);
        cli_fail("cannot run %s: %s", argv[0], strerror(errno));
        _exit(127);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool has_file(const struct server *server, const char *name)
{
    char *path = sentence("%s/%s", server->dir, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static bool build_with_cmake(const struct server *server, const struct engine *engine)
{
    char *build = sentence("%s/.obj", server->dir);
    char *prefix = sentence("-DCMAKE_PREFIX_PATH=%s", engine->root);
    char *output = sentence("-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=%s", server->dir);
    const char *configure[] = {"cmake", "-S",   server->dir,
                               "-B",    build,  "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                               prefix,  output, NULL};
    const char *compile[] = {"cmake", "--build", build, NULL};
    bool done = run(configure) && run(compile);
    free(build);
    free(prefix);
    free(output);
    return done;
}

static bool build_with_make(const struct server *server, const char *makefile)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    char jobs[24];
    snprintf(jobs, sizeof jobs, "-j%ld", cpus > 0 ? cpus : 1);
    const char *argv[] = {"make",      "--no-print-directory", jobs,     "-C",
                          server->dir, makefile ? "-f" : NULL, makefile, NULL};
    return run(argv);
}

static bool has_sources(const struct server *server)
{
    char *pattern = sentence("%s/*.c", server->dir);
    glob_t found;
    bool there = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
    if (there)
        globfree(&found);
    free(pattern);
    return there;
}

static int build(struct server *server)
{
    struct engine engine;
    if (server_check_path(server->dir, server->shown) != GW_OK)
        return EXIT_FAILED;
    if (find_engine(server, &engine) != GW_OK)
        return EXIT_FAILED;
    set_environment(&engine);
    bool done;
    if (has_file(server, "Makefile"))
        done = build_with_make(server, NULL);
    else if (has_file(server, "CMakeLists.txt"))
        done = build_with_cmake(server, &engine);
    else if (has_sources(server))
        done = build_with_make(server, engine.game_mk);
    else
        return cli_fail("%s: there are no C files to build", server->shown);
    if (!done)
        return cli_fail("%s: the build failed", server->shown);
    if (access(server->program, X_OK) != 0)
        return cli_fail("%s: the build left no program %s", server->shown, server->name);
    int length = (int)strlen(server->shown);
    while (length > 1 && server->shown[length - 1] == '/')
        length--;
    printf("built %.*s/%s\n", length, server->shown, server->name);
    return EXIT_OK;
}

int build_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_DIR, &error) != GW_OK)
        return cli_fail_with(error);
    int code = build(&server);
    server_close(&server);
    return code;
}
