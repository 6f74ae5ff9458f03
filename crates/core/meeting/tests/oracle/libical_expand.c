/* Expands rules with libical: lines in and out as for dateutil_expand.py, the occurrences as local times alone.
 *
 * Each case has a process of its own: some rules end libical 3.0.16, others keep it busy for minutes. */
#include <libical/ical.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_A_CASE = 1 };

/* It looks in vain, and for long, for days that are counted from the end of a month or year where a period is a day or less. */
static int is_asked(const char *rule) {
    int names_days = strstr(rule, "BYMONTHDAY") || strstr(rule, "BYYEARDAY");
    return !names_days || strstr(rule, "FREQ=MONTHLY") || strstr(rule, "FREQ=YEARLY");
}

static void expand(char *start_text, char *horizon_text, int most, char *rule) {
    struct icaltimetype start = icaltime_from_string(start_text), horizon = icaltime_from_string(horizon_text);
    icalerror_clear_errno();
    struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule);
    if (recur.freq == ICAL_NO_RECURRENCE) {
        printf(" !%s\n", icalerror_perror());
        return;
    }
    if (icaltime_is_null_time(recur.until) && recur.count == 0) recur.until = horizon;
    icalrecur_iterator *iterator = icalrecur_iterator_new(recur, start);
    if (!iterator) {
        printf(" !%s\n", icalerror_perror());
        return;
    }
    for (int count = 0; count < most; count++) {
        struct icaltimetype next = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(next) || icaltime_compare(next, horizon) > 0) break;
        printf(" %04d%02d%02dT%02d%02d%02d", next.year, next.month, next.day, next.hour, next.minute, next.second);
    }
    icalrecur_iterator_free(iterator);
    putchar('\n');
}

int main(void) {
    char line[4096];
    icalerror_set_errors_are_fatal(0);
    while (fgets(line, sizeof line, stdin)) {
        char *field[6], *rest = line;
        int fields = 0;
        line[strcspn(line, "\n")] = 0;
        while (fields < 6 && (field[fields] = strsep(&rest, "\t"))) fields++;
        if (fields < 6) return 2;
        printf("%s", field[0]);
        if (!is_asked(field[5])) {
            printf(" !not asked\n");
            continue;
        }
        fflush(stdout);
        int outcome = 0;
        pid_t child = fork();
        if (child == 0) {
            alarm(SECONDS_A_CASE);
            expand(field[1], field[3], atoi(field[4]), field[5]);
            fflush(stdout);
            _exit(0);
        }
        if (child < 0 || waitpid(child, &outcome, 0) != child) return 3;
        if (WIFSIGNALED(outcome)) printf(" !%s\n", WTERMSIG(outcome) == SIGALRM ? "too slow" : "crashed");
    }
    return 0;
}
