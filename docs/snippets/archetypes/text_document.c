/* Notes on a test run, as Markdown. */
#include <reel/reel.h>

static const char notes[] =
    "# Test run 17\n\n"
    "The **left** wheel slips above 1.2 m/s; see `wheel/left/current` from second 40 on.\n\n"
    "| wheel | tyre   | slip at 1.2 m/s |\n"
    "| ----- | ------ | --------------- |\n"
    "| left  | worn   | 14 %            |\n"
    "| right | new    | 2 %             |\n\n"
    "## Next\n\n"
    "1. Change the tyre.\n"
    "2. Run 17 again, *same* route.\n\n"
    "> Do not raise the current limit before that.\n";

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_text_document", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "text_document.rrd");

    reel_log_static_text_document(rec, "notes", &(reel_text_document) { .text = notes, .media_type = "text/markdown" });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
