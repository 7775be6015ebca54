/* Real programs: BusyBox at work on generated text. What it prints is the result. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *busybox = "/bin/busybox";
const char *directory = "/tmp";

static char text_file[256];

struct word {
  uint8_t length;
  char letters[15];
};

static struct word words[2000];

static void make_words(uint64_t *random) {
  for (size_t i = 0; i < length_of(words); i++) {
    words[i].length = (uint8_t)(2 + next_random(random) % 9);
    for (int letter = 0; letter < words[i].length; letter++) {
      words[i].letters[letter] = (char)('a' + next_random(random) % 26);
    }
  }
}

/* Writes lines of a number and a few words, some much more frequent than others: size bytes or a
 * little more. */
static void prepare_text(uint64_t size) {
  snprintf(text_file, sizeof text_file, "%s/text", directory);
  FILE *file = fopen(text_file, "w");
  if (file == NULL) {
    fail("cannot write the generated text");
  }
  uint64_t random = 9;
  make_words(&random);
  for (uint64_t written = 0; written < size;) {
    char line[256];
    int end = snprintf(line, sizeof line, "%u", (unsigned)(next_random(&random) % 100000));
    for (uint32_t rest = 3 + next_random(&random) % 8; rest > 0; rest--) {
      /* A random number below a random number: small ones come often. */
      uint32_t below = 1 + next_random(&random) % length_of(words);
      const struct word *word = &words[next_random(&random) % below];
      line[end++] = ' ';
      memcpy(line + end, word->letters, word->length);
      end += word->length;
    }
    line[end++] = '\n';
    fwrite(line, 1, (size_t)end, file);
    written += (uint64_t)end;
  }
  if (fclose(file) != 0) {
    fail("cannot write the generated text");
  }
}

static void prepare_block(uint64_t size) {
  (void)size;
  prepare_text(4 << 20);
}

/* Hashes what a BusyBox command prints; it must end well. */
static uint64_t output_of(const char *const arguments[]) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) {
    fail("cannot make a pipe");
  }
  pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], 1);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    setenv("LC_ALL", "C", 1);
    execv(busybox, (char *const *)arguments);
    _exit(126);
  }
  close(pipe_ends[1]);
  static uint8_t buffer[65536];
  uint64_t sum = HASH;
  ssize_t length;
  while ((length = read(pipe_ends[0], buffer, sizeof buffer)) > 0) {
    sum = hash_bytes(sum, buffer, (size_t)length);
  }
  close(pipe_ends[0]);
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    fail("BusyBox failed");
  }
  return sum;
}

#define BUSYBOX(...) output_of((const char *const[]){"busybox", __VA_ARGS__, NULL})

static uint64_t gzip(uint64_t size) {
  (void)size;
  /* From standard input, so that neither name nor time is in the output. */
  return BUSYBOX("sh", "-c", "exec gzip -c <\"$1\"", "gzip", text_file);
}

static uint64_t bzip2(uint64_t size) {
  (void)size;
  return BUSYBOX("bzip2", "-c", text_file);
}

/* The sums of four mebibytes, size times. */
static uint64_t md5sum(uint64_t size) {
  char rounds[32];
  snprintf(rounds, sizeof rounds, "%llu", (unsigned long long)size);
  return BUSYBOX("sh", "-c", "i=0; while [ $i -lt $2 ]; do md5sum <\"$1\"; i=$((i + 1)); done",
      "md5sum", text_file, rounds);
}

static uint64_t awk(uint64_t size) {
  (void)size;
  return BUSYBOX("awk",
      "{ for (i = 2; i <= NF; i++) { count[$i]++; letters += length($i) } number += $1 % 7 }"
      " END { for (word in count) { words++; most = count[word] > most ? count[word] : most }"
      " print NR, words, letters, number, most }",
      text_file);
}

static uint64_t sort(uint64_t size) {
  (void)size;
  return BUSYBOX("sort", "-k2", text_file);
}

static uint64_t shell(uint64_t size) {
  char rounds[32];
  snprintf(rounds, sizeof rounds, "%llu", (unsigned long long)size);
  return BUSYBOX("sh", "-c",
      "i=0; sum=0; while [ $i -lt $1 ]; do"
      " case $i in *7) sum=$((sum + i));; *3) word=x$i; sum=$((sum ^ ${#word}));; esac;"
      " i=$((i + 1)); done; echo $sum",
      "shell", rounds);
}

const struct program real_programs[] = {
    {"real", "gzip", gzip, prepare_text, 8000000, 50000},
    {"real", "bzip2", bzip2, prepare_text, 2000000, 50000},
    {"real", "md5sum", md5sum, prepare_block, 25, 1},
    {"real", "awk", awk, prepare_text, 700000, 50000},
    {"real", "sort", sort, prepare_text, 2500000, 50000},
    {"real", "shell", shell, NULL, 50000, 1000},
    {0},
};
