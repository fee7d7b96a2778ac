/* A 3D model as it stands in its file: a cut gem, tinted. Run it where the repository is, or give another file as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_bytes_owned file;
    const char *media_type;
    reel_recording *rec = reel_new("reel_asset3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "asset3d.rrd");

    if (reel_read_file(argc > 2 ? argv[2] : "docs/snippets/data/gem.obj", REEL_FILE_MODEL, &file, &media_type) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    reel_asset3d gem = { .blob = { file.data, file.size }, .media_type = media_type, .albedo_factor = { true, reel_rgb(103, 232, 249) } };
    reel_log_static_asset3d(rec, "gem", &gem);
    reel_bytes_free(&file);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
