/* How long the words of two sentences are: a chart for each, in one view. */
#include <reel/reel.h>

#include <string.h>

enum { LENGTH_MAX = 14 };

static const char plain[] = "the cat sat on the mat and ate the fish that we had got for the two of us to eat at noon in the sun";
static const char official[] = "applicants without documented residence throughout preceding calendar periods furnish additional evidence";

static void log_word_lengths(reel_recording *rec, const char *path, const char *sentence, uint32_t color) {
    static const uint64_t shape = LENGTH_MAX + 1;
    uint32_t words[LENGTH_MAX + 1] = { 0 };
    for (const char *word = sentence; *word;) {
        size_t length = strcspn(word, " ");
        words[length < LENGTH_MAX ? length : LENGTH_MAX]++;
        word += length + strspn(word + length, " ");
    }
    reel_bar_chart chart = { .values = reel_tensor_of(REEL_TENSOR_U32, words, &shape, 1, NULL), .color = { true, color } };
    reel_log_static_bar_chart(rec, path, &chart);
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_bar_chart_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "bar_chart_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_BAR_CHART, "words by length", "/");
    reel_blueprint_set_text(bp, view, "PlotLegend:corner", "RightTop");
    reel_blueprint_set_number(bp, view, "PlotBackground:color", 0x1E293BFF);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    log_word_lengths(rec, "plain", plain, 0x38BDF8FF);
    log_word_lengths(rec, "official", official, 0xFB923CFF);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
