/* listener: see listener.h. The tables /proc/net/tcp and tcp6 name a socket's inode; a process
 * whose /proc/PID/fd leads to that inode has it open. */
#include "os/listener.h"

#include "os/process.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE_LISTEN 0x0au

struct wanted {
    uint32_t address; /* as the table has it; 0: any */
    uint16_t port;
};

/* An IPv6 socket counts for every address: it mostly takes IPv4 connections, too. */
static bool is_wanted(const struct wanted *wanted, const char *address)
{
    if (!wanted->address || strlen(address) != 8)
        return true;
    uint32_t listens = (uint32_t)strtoul(address, NULL, 16);
    return listens == 0 || listens == wanted->address;
}

/* Returns the inode of the socket; 0: there is none. */
static uint64_t find_socket(const char *table, const struct wanted *wanted)
{
    char line[512], address[40];
    unsigned port, state;
    uint64_t inode;
    FILE *file = fopen(table, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line,
                   " %*d: %39[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %" SCNu64,
                   address, &port, &state, &inode) != 4 ||
            state != STATE_LISTEN || port != wanted->port || !is_wanted(wanted, address))
            continue;
        fclose(file);
        return inode;
    }
    if (file)
        fclose(file);
    return 0;
}

static bool has_socket(pid_t pid, uint64_t inode)
{
    char folder[64], wanted[64], link[64];
    snprintf(folder, sizeof folder, "/proc/%d/fd", (int)pid);
    snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));) {
        ssize_t size = readlinkat(dirfd(dir), entry->d_name, link, sizeof link - 1);
        link[size > 0 ? size : 0] = '\0';
        found = strcmp(link, wanted) == 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

static pid_t find_owner(uint64_t inode)
{
    DIR *dir = opendir("/proc");
    pid_t owner = 0;
    for (struct dirent *entry; dir && !owner && (entry = readdir(dir));) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10); /* 0: it is no process */
        if (pid > 0 && has_socket(pid, inode))
            owner = pid;
    }
    if (dir)
        closedir(dir);
    return owner;
}

gw_err listener_find(const char *host, uint16_t port, struct listener *out)
{
    struct wanted wanted = {.port = port};
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        wanted.address = address.s_addr;
    uint64_t inode = find_socket("/proc/net/tcp", &wanted);
    if (!inode)
        inode = find_socket("/proc/net/tcp6", &wanted);
    if (!inode)
        return GW_ENOTFOUND;
    *out = (struct listener){.pid = find_owner(inode)};
    if (out->pid)
        process_command(out->pid, out->command, sizeof out->command);
    return GW_OK;
}
