/* A PNG file with 16 bits a pixel: a ball above a flight of stairs, in millimetres. Run it where the repository is, or give another
 * file as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_bytes_owned file;
    const char *media_type;
    static const double range_mm[2] = { 1500, 4000 };
    reel_recording *rec = reel_new("reel_encoded_depth_image", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "encoded_depth_image.rrd");

    if (reel_read_file(argc > 2 ? argv[2] : "docs/snippets/data/stairs_depth.png", REEL_FILE_DEPTH, &file, &media_type) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    reel_encoded_depth_image stairs = { .blob = { file.data, file.size }, .media_type = media_type,
                                        .meter = { true, 1000 }, .depth_range = range_mm, .colormap = REEL_COLORMAP_VIRIDIS };
    reel_log_encoded_depth_image(rec, "stairs", &stairs);
    reel_bytes_free(&file);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
