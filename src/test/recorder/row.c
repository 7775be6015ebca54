/* Reads rows. */
#include "gen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool isHex(const char *t) {
  return strlen(t) == 2 && strspn(t, "0123456789ABCDEF") == 2;
}

static void takeOpcode(struct Row *row, const uint8_t *bytes, int n) {
  int i = 0;
  if (n > 1 && (bytes[0] == 0x66 || bytes[0] == 0xF2 || bytes[0] == 0xF3)) row->mandatory = bytes[i++];
  if (i < n - 1 && bytes[i] == 0x0F) {
    row->map = 1;
    i++;
    if (i < n - 1 && bytes[i] == 0x38) row->map = 2, i++;
    else if (i < n - 1 && bytes[i] == 0x3A) row->map = 3, i++;
  }
  row->opcode = bytes[i];
}

static bool takeToken(struct Row *row, const char *t) {
  static const char *const domains[] = {"", "ps", "pd", "ss", "sd"};
  for (int i = 1; i < 5; i++)
    if (!strcmp(t, domains[i])) return row->domain = (enum Domain) i, true;
  if (!strcmp(t, "/r")) return row->modrm = row->reg = true;
  if (t[0] == '/') return row->modrm = true, row->digit = t[1] - '0', true;
  if (t[0] == '=') return row->modrm = row->fixed = true, row->fixedModrm = (uint8_t) strtol(t + 1, NULL, 16), true;
  if (!strcmp(t, "+r")) return row->plusR = true;
  if (!strcmp(t, "+c")) return row->plusC = true;
  if (!strcmp(t, "m")) return row->memoryOnly = true;
  if (!strcmp(t, "r")) return row->registerOnly = true;
  if (!strcmp(t, "a")) return row->aligned = true;
  if (!strcmp(t, "lock")) return row->lock = true;
  if (!strcmp(t, "n64")) return row->n64 = true;
  if (!strcmp(t, "o64")) return row->o64 = true;
  if (!strcmp(t, "n16")) return row->n16 = true;
  if (!strcmp(t, "w1")) return row->w1 = row->o64 = true;
  if (!strncmp(t, "mem", 3)) return row->memory = atoi(t + 3), true;
  if (t[0] == 'i' && strlen(t) == 2) return row->immediate = t[1], true;
  if (strlen(t) == 1 && strchr("bwvydq", t[0])) return row->size = t[0], true;
  if (strlen(t) == 2 && strchr("GVP-", t[0]) && strchr("EWQ-", t[1]))
    return row->regKind = t[0], row->rmKind = t[1], true;
  return false;
}

bool parseRow(const char *text, struct Row *row) {
  char copy[128];
  uint8_t bytes[8];
  int n = 0;
  memset(row, 0, sizeof *row);
  row->text = text;
  row->digit = -1;
  row->regKind = 'G';
  row->rmKind = 'E';
  snprintf(copy, sizeof copy, "%s", text);
  for (char *t = strtok(copy, " "); t; t = strtok(NULL, " ")) {
    if (isHex(t)) bytes[n++] = (uint8_t) strtol(t, NULL, 16);
    else if (!takeToken(row, t)) return false;
  }
  if (!n) return false;
  takeOpcode(row, bytes, n);
  return true;
}

int operandSizes(const struct Row *row, int mode, int sizes[3]) {
  switch (row->size) {
    case 'b': sizes[0] = 1; return 1;
    case 'w': sizes[0] = 2; return 1;
    case 'v': sizes[0] = 2, sizes[1] = 4, sizes[2] = 8; return mode == 64 ? 3 : 2;
    case 'y': sizes[0] = 4, sizes[1] = 8; return mode == 64 ? 2 : 1;
    case 'd': sizes[0] = 2, sizes[1] = mode == 64 ? 8 : 4; return 2;
    case 'q': sizes[0] = mode / 8; return 1;
    default: sizes[0] = 0; return 1;
  }
}
