/* A JPEG file, as it is: the viewer decodes it. Run it where the repository is, or give another picture as second argument. */
#include <reel/reel.h>

#include <stdio.h>

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_encoded_image", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "encoded_image.rrd");

    /* Reads the file and says what it is by its first bytes. With bytes in memory: reel_log_encoded_image(rec, "photo",
     * &(reel_encoded_image) { .blob = { bytes, size }, .media_type = "image/jpeg" }) */
    if (reel_log_encoded_image_file(rec, "photo", argc > 2 ? argv[2] : "examples/data/two_sources.jpg", 0) != REEL_OK) {
        fprintf(stderr, "%s\n", reel_error_message());
        return 1;
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
