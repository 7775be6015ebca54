/* Runs the measured programs and prints for each run
 *
 *   bench begin GROUP NAME RUN
 *   bench end GROUP NAME RUN CPU-SECONDS WALL-SECONDS CHECKSUM
 *
 * A run is the work again in the same process: run 1 meets code that nobody has translated yet,
 * the later ones meet warm code. Each program has a process of its own; one that crashes prints
 * "bench crash GROUP NAME" and the next one starts. "bench done" comes last. If it is told to wait,
 * "bench ready GROUP NAME RUN" comes before each run, which begins when a line has been read. */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: bench [--runs N] [--scale F] [--wait] [--busybox FILE] [--directory DIR] [--cmdline FILE]\n"
    "             [GROUP|NAME[,...]]\n"
    "       bench --list\n"
    "\n"
    "Runs the programs of the named groups, or single ones; all but the group 'stack' if nothing\n"
    "is named. --scale multiplies the sizes. --wait reads a line before each run. --cmdline reads a\n"
    "kernel command line, of which bench=GROUP|NAME,... scale=F runs=N wait=1 are obeyed.\n";

static const struct program *const groups[] = {
    integer_programs, floating_programs, memory_programs, system_programs, real_programs,
    stack_programs,
};

static int runs = 2;
static double scale = 1;
static int waits;
static const char *wanted = "";

_Noreturn void fail(const char *what) {
  fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
  exit(1);
}

uint64_t hash_bytes(uint64_t sum, const void *bytes, size_t length) {
  const uint8_t *byte = bytes;
  for (size_t i = 0; i < length; i++) {
    sum = hash(sum, byte[i]);
  }
  return sum;
}

static double cpu_seconds_of(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Of this process and the children that it waited for. */
static double cpu_seconds(void) {
  return cpu_seconds_of(RUSAGE_SELF) + cpu_seconds_of(RUSAGE_CHILDREN);
}

static double wall_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns when a line was read, or its end: no byte more, since the next process reads the next one. */
static void await_line(void) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
  }
}

static void measure(const struct program *program) {
  uint64_t size = (uint64_t)((double)program->size * scale);
  size = size < program->smallest ? program->smallest : size;
  if (program->prepare != NULL) {
    program->prepare(size);
  }
  for (int run = 1; run <= runs; run++) {
    if (waits) {
      printf("bench ready %s %s %d\n", program->group, program->name, run);
      fflush(stdout);
      await_line();
    }
    printf("bench begin %s %s %d\n", program->group, program->name, run);
    fflush(stdout);
    double cpu = cpu_seconds(), wall = wall_seconds();
    uint64_t sum = program->run(size);
    cpu = cpu_seconds() - cpu;
    wall = wall_seconds() - wall;
    printf("bench end %s %s %d %.3f %.3f %016llx\n", program->group, program->name, run, cpu, wall,
        (unsigned long long)sum);
    fflush(stdout);
  }
}

/* Runs one program in a process of its own, in a directory of its own that goes with it. */
static int measure_apart(const struct program *program) {
  static char own[256];
  snprintf(own, sizeof own, "%s/bench-XXXXXX", directory);
  if (mkdtemp(own) == NULL) {
    fail("cannot make a directory for files");
  }
  pid_t child = fork();
  if (child == 0) {
    directory = own;
    measure(program);
    exit(0);
  }
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    printf("bench crash %s %s %d\n", program->group, program->name, status);
    fflush(stdout);
  }
  char command[600];
  snprintf(command, sizeof command, "rm -rf %s", own);
  return system(command) | status;
}

/* Whether a list separated by commas contains the word. */
static int contains(const char *list, const char *word) {
  size_t length = strlen(word);
  while (*list != 0) {
    size_t item = strcspn(list, ",");
    if (item == length && strncmp(list, word, item) == 0) {
      return 1;
    }
    list += item;
    list += *list == ',';
  }
  return 0;
}

static int is_wanted(const struct program *program) {
  return *wanted == 0 ? strcmp(program->group, "stack") != 0
                      : contains(wanted, program->group) || contains(wanted, program->name);
}

/* Obeys what a kernel command line says about us. */
static void read_command_line(const char *name) {
  static char line[4096];
  FILE *file = fopen(name, "r");
  if (file == NULL || fgets(line, sizeof line, file) == NULL) {
    fail(name);
  }
  fclose(file);
  for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n")) {
    if (strncmp(word, "bench=", 6) == 0) {
      wanted = word + 6;
    } else if (strncmp(word, "scale=", 6) == 0) {
      scale = atof(word + 6);
    } else if (strncmp(word, "runs=", 5) == 0) {
      runs = atoi(word + 5);
    } else if (strncmp(word, "wait=", 5) == 0) {
      waits = atoi(word + 5);
    }
  }
  /* Kernel messages would fall into our lines. 8: the console's log level. */
  klogctl(8, NULL, 1);
}

int main(int count, char **arguments) {
  if (count == 3 && strcmp(arguments[1], "--exit") == 0) {
    _exit(atoi(arguments[2])); /* what the program 'exec' executes */
  }
  int list = 0;
  for (int i = 1; i < count; i++) {
    const char *option = arguments[i];
    if (strcmp(option, "--list") == 0) {
      list = 1;
    } else if (strcmp(option, "--wait") == 0) {
      waits = 1;
    } else if (option[0] != '-') {
      wanted = option;
    } else if (i + 1 == count) {
      fputs(usage, stderr);
      return 2;
    } else if (strcmp(option, "--runs") == 0) {
      runs = atoi(arguments[++i]);
    } else if (strcmp(option, "--scale") == 0) {
      scale = atof(arguments[++i]);
    } else if (strcmp(option, "--busybox") == 0) {
      busybox = arguments[++i];
    } else if (strcmp(option, "--directory") == 0) {
      directory = arguments[++i];
    } else if (strcmp(option, "--cmdline") == 0) {
      read_command_line(arguments[++i]);
    } else {
      fputs(usage, stderr);
      return 2;
    }
  }
  int status = 0, measured = 0;
  for (size_t group = 0; group < length_of(groups); group++) {
    for (const struct program *program = groups[group]; program->name != NULL; program++) {
      if (list) {
        printf("%s %s\n", program->group, program->name);
      } else if (is_wanted(program)) {
        status |= measure_apart(program);
        measured++;
      }
    }
  }
  if (!list) {
    puts(measured != 0 ? "bench done" : "bench: nothing of that name");
  }
  return status != 0 || (measured == 0 && !list);
}
