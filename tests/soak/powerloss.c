/* A power cut for one process: what it wrote and did not fsync is gone.
 *
 * LD_PRELOAD=powerloss.so POWERLOSS_FOLDER=/data POWERLOSS_AFTER=120 program ...
 *
 * Writes go through to the file, so that the process reads its own; the bytes that they replace are
 * kept in memory until an fsync of that file.  At the write or fsync number POWERLOSS_AFTER under
 * POWERLOSS_FOLDER everything that is still kept is put back, newest first, and the process ends
 * with status 86, like a machine whose disk never got it.  SQLite's shared memory (-shm) is left alone:
 * it is made anew after a cut, and a thread that reads what was mapped of it would die of SIGBUS when
 * it is cut short, before the process ends.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A file that was written to, held open: it may get another name before the power goes.  It is never
 * closed, for that would take away the process's own locks on it (fcntl(2)). */
struct held {
    struct held *next;
    dev_t dev;
    ino_t ino;
    int fd;
};

struct undo {
    struct undo *older;
    const struct held *file;
    off_t at, size_before; /* the file's size before this write */
    size_t kept_bytes;
    char kept[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct undo *newest;
static struct held *files;
static long calls;

static int watched(int fd, char *path, struct stat *found) {
    static const char *folder;
    char link[64];
    if (!folder && !(folder = getenv("POWERLOSS_FOLDER"))) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 511);
    if (length < 0) return 0;
    path[length] = 0;
    if (length > 4 && !strcmp(path + length - 4, "-shm")) return 0;
    return !strncmp(path, folder, strlen(folder)) && !fstat(fd, found) && S_ISREG(found->st_mode);
}

static void crash(void) {
    for (struct undo *one = newest; one; one = one->older) {
        syscall(SYS_pwrite64, one->file->fd, one->kept, one->kept_bytes, one->at);
        syscall(SYS_ftruncate, one->file->fd, one->size_before);
    }
    syscall(SYS_exit_group, 86);
}

static void count(void) {
    static long after;
    if (!after) after = getenv("POWERLOSS_AFTER") ? atol(getenv("POWERLOSS_AFTER")) : -1;
    if (++calls == after) crash();
}

/* Opened anew: one that appends would write at its end, wherever it is told to (pwrite(2)). */
static const struct held *hold(int fd, const struct stat *found) {
    char link[64];
    struct held *one = files;
    while (one && (one->dev != found->st_dev || one->ino != found->st_ino)) one = one->next;
    if (one) return one;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!(one = malloc(sizeof *one))) abort();
    one->dev = found->st_dev, one->ino = found->st_ino, one->next = files;
    if ((one->fd = syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC)) < 0) abort();
    return files = one;
}

/* Keep what `bytes` bytes from `at` on hold now; the file's size comes back with them. */
static void keep(int fd, const struct stat *found, off_t at, size_t bytes) {
    struct undo *one = malloc(sizeof *one + bytes);
    if (!one) abort();
    one->file = hold(fd, found);
    one->at = at, one->size_before = found->st_size;
    ssize_t got = bytes ? syscall(SYS_pread64, one->file->fd, one->kept, bytes, at) : 0;
    one->kept_bytes = got > 0 ? got : 0;
    one->older = newest, newest = one;
}

static void forget(const struct stat *found) {
    for (struct undo **link = &newest; *link;) {
        struct undo *one = *link;
        if (one->file->dev == found->st_dev && one->file->ino == found->st_ino) {
            *link = one->older;
            free(one);
        } else {
            link = &one->older;
        }
    }
}

/* One changing call: count it (perhaps the last), keep what it replaces, let it through. */
#define CHANGE(fd, from, bytes, call)                        \
    char path[512];                                          \
    struct stat found;                                       \
    pthread_mutex_lock(&mutex);                              \
    if (watched(fd, path, &found)) {                         \
        count();                                             \
        keep(fd, &found, from, bytes);                 \
    }                                                        \
    long done = call;                                        \
    pthread_mutex_unlock(&mutex);                            \
    return done;

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at) {
    CHANGE(fd, at, bytes, syscall(SYS_pwrite64, fd, data, bytes, at))
}

static int appends(int fd) { return (fcntl(fd, F_GETFL) & O_APPEND) != 0; }

ssize_t write(int fd, const void *data, size_t bytes) {
    CHANGE(fd, appends(fd) ? found.st_size : lseek(fd, 0, SEEK_CUR), bytes,
           syscall(SYS_write, fd, data, bytes))
}

int ftruncate64(int fd, off64_t size) {
    off_t tail = 0;
    struct stat now;
    if (!fstat(fd, &now) && now.st_size > size) tail = now.st_size - size;
    CHANGE(fd, size, tail, syscall(SYS_ftruncate, fd, size))
}

static int sync_with(int fd, long number) {
    char path[512];
    struct stat found;
    pthread_mutex_lock(&mutex);
    int mine = watched(fd, path, &found);
    if (mine) count();
    int done = syscall(number, fd);
    if (mine && !done) forget(&found);
    pthread_mutex_unlock(&mutex);
    return done;
}

int fsync(int fd) { return sync_with(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_with(fd, SYS_fdatasync); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) { return pwrite64(fd, data, bytes, at); }
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
