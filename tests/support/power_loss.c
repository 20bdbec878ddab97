/* Keeps beside each database what of it is on the disk: its content at its last sync.
 *
 * Built as a shared library and loaded before the C library, it also sees the syncs of an SQLite
 * that is linked into a module. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

static void copy_content(int from, const char *to)
{
    char block[1 << 16];
    off_t at = 0;
    ssize_t count;
    int out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    while ((count = pread(from, block, sizeof block, at)) > 0 && write(out, block, count) == count)
        at += count;
    close(out);
}

static void note_sync(int file)
{
    char link[32], path[PATH_SIZE], partial[PATH_SIZE + 16], synced[PATH_SIZE + 16];
    struct stat state;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = '\0';
    if (!strstr(path, ".db") || fstat(file, &state) || !S_ISREG(state.st_mode))
        return;
    snprintf(partial, sizeof partial, "%s.partial", path);
    snprintf(synced, sizeof synced, "%s.synced", path);
    copy_content(file, partial);
    rename(partial, synced);
}

static int synced(const char *name, int file)
{
    int (*sync_file)(int) = dlsym(RTLD_NEXT, name);
    int failed = sync_file(file);
    if (!failed)
        note_sync(file);
    return failed;
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }
