/* A note beside the settings it is about: one view sets Markdown, the other plain text in a monospaced font. */
#include <reel/reel.h>

static const char note[] = "# Oven 2\n\n"
                           "Overshoots by **9 °C** since the last change of *ki*.\n\n"
                           "- restore `ki = 0.02`\n"
                           "- repeat the step test\n";
static const char settings[] = "[oven.2]\n"
                               "kp       = 1.40\n"
                               "ki       = 0.05   # was 0.02\n"
                               "kd       = 0.00\n"
                               "limit_w  = 2200\n";

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_text_document_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "text_document_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node row = reel_blueprint_container(bp, REEL_ROOT, REEL_HORIZONTAL, NULL);
    reel_blueprint_view(bp, row, REEL_VIEW_TEXT_DOCUMENT, "note", "/note");
    reel_node view = reel_blueprint_view(bp, row, REEL_VIEW_TEXT_DOCUMENT, "settings", "/settings");
    reel_blueprint_set_bool(bp, view, "TextDocumentFormat:monospace", true);
    reel_blueprint_set_bool(bp, view, "TextDocumentFormat:word_wrap", false);
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    reel_log_static_text_document(rec, "note", &(reel_text_document) { .text = note, .media_type = "text/markdown" });
    reel_log_static_text_document(rec, "settings", &(reel_text_document) { .text = settings });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
