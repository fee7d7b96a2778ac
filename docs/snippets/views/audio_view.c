/* A struck bell, and a view that plays it at half the volume. Run it where the repository is, or give another sound as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_audio_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "audio_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_AUDIO, "bell", "/bell");
    reel_blueprint_set_number(bp, view, "AudioPlayback:volume", 0.5);
    reel_status status = reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    if (status == REEL_OK) status = reel_log_asset_audio_file(rec, "bell", argc > 2 ? argv[2] : "docs/snippets/data/bell.wav", REEL_LOG_STATIC);
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "%s\n", reel_error_message());
    return status == REEL_OK ? 0 : 1;
}
