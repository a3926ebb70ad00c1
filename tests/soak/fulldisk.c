/* A disk that is full: writes under a folder fail with ENOSPC while a certain file exists.
 *
 * LD_PRELOAD=fulldisk.so FULLDISK_FOLDER=/data/spool FULLDISK_FLAG=/data/full program ...
 *
 * Like a real disk it takes what still fits: a write goes in by blocks of 4 KiB, and the last block
 * fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 4096

static int is_full(int fd) {
    const char *folder = getenv("FULLDISK_FOLDER"), *flag = getenv("FULLDISK_FLAG");
    char link[64], path[512];
    if (!folder || !flag || access(flag, F_OK)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 511);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, folder, strlen(folder));
}

ssize_t write(int fd, const void *data, size_t bytes) {
    if (!is_full(fd)) return syscall(SYS_write, fd, data, bytes);
    if (bytes > BLOCK) return syscall(SYS_write, fd, data, BLOCK);
    errno = ENOSPC;
    return -1;
}
