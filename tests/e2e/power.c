/* Writes down every write, cut and sync of files below POWER_FOLDER, in order, into POWER_LOG: from it a test makes the
   disk as it would be if the power went at any moment and nothing that was not synced had arrived. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_truncate)(int, off64_t);
static int (*real_sync)(int);
static int (*real_datasync)(int);
static int notebook = -1;

static void ready(void) {
  if (notebook >= 0) return;
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_sync = dlsym(RTLD_NEXT, "fsync");
  real_datasync = dlsym(RTLD_NEXT, "fdatasync");
  notebook = open(getenv("POWER_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void note(char kind, int file, int64_t offset, const void *data, uint32_t size) {
  char link[64], path[PATH_MAX];
  const char *folder = getenv("POWER_FOLDER");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || !folder) return;
  path[length] = 0;
  if (strncmp(path, folder, strlen(folder))) return;
  const char *name = path + strlen(folder) + 1;
  uint32_t named = (uint32_t)strlen(name);
  char *record = malloc(1 + 4 + named + 8 + 4 + size), *at = record;
  *at++ = kind;
  memcpy(at, &named, 4); at += 4;
  memcpy(at, name, named); at += named;
  memcpy(at, &offset, 8); at += 8;
  memcpy(at, &size, 4); at += 4;
  if (size) memcpy(at, data, size);
  real_write(notebook, record, (size_t)(at - record) + size);
  free(record);
}

ssize_t write(int file, const void *data, size_t size) {
  ready();
  off64_t before = lseek64(file, 0, SEEK_CUR);
  ssize_t done = real_write(file, data, size);
  if (done > 0 && file != notebook && before >= 0) note('W', file, before, data, (uint32_t)done);
  return done;
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
  ready();
  ssize_t done = real_pwrite(file, data, size, offset);
  if (done > 0) note('W', file, offset, data, (uint32_t)done);
  return done;
}
ssize_t pwrite(int file, const void *data, size_t size, off_t offset) { return pwrite64(file, data, size, offset); }
int ftruncate64(int file, off64_t size) {
  ready();
  int done = real_truncate(file, size);
  if (!done) note('T', file, size, "", 0);
  return done;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
int fsync(int file) {
  ready();
  int done = real_sync(file);
  if (!done) note('S', file, 0, "", 0);
  return done;
}
int fdatasync(int file) {
  ready();
  int done = real_datasync(file);
  if (!done) note('S', file, 0, "", 0);
  return done;
}
