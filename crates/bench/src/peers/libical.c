/* What libical needs for the rows `recurrence` and `window`: a rule is expanded again and again for so many milliseconds,
 * or its instants are listed once.
 *
 *   libical speed  ZONE START RULE MOST MILLISECONDS             text to instants: "passes nanoseconds"
 *   libical list   ZONE START RULE MOST                          instants, one a line
 *   libical window ZONE START RULE FROM UNTIL MILLISECONDS       a window by set_start: "passes nanoseconds"
 *   libical within ZONE START RULE FROM UNTIL                    its instants, one a line
 *
 * START, FROM and UNTIL are local: 20260105T090000. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static icaltimezone *zone;
static struct icaltimetype start;
static volatile long long kept;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void take(struct icaltimetype time, int print) {
    long long instant = icaltime_as_timet_with_zone(time, zone);
    kept += instant;
    if (print) printf("%lld\n", instant);
}

static int expand(const char *rule, int most, int print) {
    struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule);
    icalrecur_iterator *iterator = icalrecur_iterator_new(recur, start);
    int count = 0;
    if (!iterator) return -1;
    while (count < most) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next)) break;
        take(next, print);
        count++;
    }
    icalrecur_iterator_free(iterator);
    return count;
}

static int window(struct icalrecurrencetype recur, struct icaltimetype from, struct icaltimetype until, int print) {
    icalrecur_iterator *iterator = icalrecur_iterator_new(recur, start);
    if (!iterator || !icalrecur_iterator_set_start(iterator, from)) return -1;
    for (;;) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next) || icaltime_compare(next, until) >= 0) break;
        take(next, print);
    }
    icalrecur_iterator_free(iterator);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    zone = icaltimezone_get_builtin_timezone(argv[2]);
    if (!zone) return fprintf(stderr, "libical knows no zone %s\n", argv[2]), 1;
    start = icaltime_from_string(argv[3]);
    icaltime_set_timezone(&start, zone);
    const char *mode = argv[1], *rule = argv[4];
    int windowed = mode[0] == 'w';
    if (windowed && argc < 7) return 2;
    struct icaltimetype from = start, until = start;
    if (windowed) {
        from = icaltime_from_string(argv[5]);
        until = icaltime_from_string(argv[6]);
        icaltime_set_timezone(&from, zone);
        icaltime_set_timezone(&until, zone);
    }
    struct icalrecurrencetype ready = icalrecurrencetype_from_string(rule);
    int most = atoi(argv[5]);
    if (!strcmp(mode, "list")) return expand(rule, most, 1) < 0;
    if (!strcmp(mode, "within")) return window(ready, from, until, 1) < 0;
    if (argc < (windowed ? 8 : 7)) return 2;
    long long span = atoll(argv[windowed ? 7 : 6]) * 1000000LL, begun = now(), passes = 0;
    while (now() - begun < span) {
        int failed = windowed ? window(ready, from, until, 0) < 0 : expand(rule, most, 0) < 0;
        if (failed) return 1;
        passes++;
    }
    printf("%lld %lld\n", passes, now() - begun);
    return 0;
}
