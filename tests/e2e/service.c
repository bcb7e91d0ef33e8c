/* Stands in for systemd: runs PROGRAM with its arguments and NOTIFY_SOCKET=SOCKET, and prints what
 * comes to that socket, a line for each, until its standard input ends: service SOCKET PROGRAM...
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (argc < 3 || strlen(argv[1]) >= sizeof address.sun_path)
        return 2;
    strcpy(address.sun_path, argv[1]);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    setenv("NOTIFY_SOCKET", argv[1], 1);
    pid_t pid = fork();
    if (pid == 0) {
        execv(argv[2], argv + 2);
        _exit(127);
    }
    printf("PID=%d\n", (int)pid);
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    while (fflush(stdout) == 0 && poll(fds, 2, -1) > 0 && !fds[1].revents) {
        char text[4096];
        ssize_t size = recv(fd, text, sizeof text, 0);
        if (size > 0)
            fwrite(text, 1, (size_t)size, stdout);
    }
    return 0;
}
