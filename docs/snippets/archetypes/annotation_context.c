/* Names and colours for the classes of a picture, and the skeleton of a heron: its keypoints, and which of them are joined. All of it
 * holds for "pond" and the entities below it. */
#include <reel/reel.h>

enum { WIDTH = 160, HEIGHT = 120 };
enum { SKY, WATER, HERON };

int main(int argc, char **argv) {
    static uint8_t classes[HEIGHT][WIDTH];
    static const reel_annotation_info joints[] = { { .id = 0, .label = "beak" }, { .id = 1, .label = "head" }, { .id = 2, .label = "neck" },
                                                   { .id = 3, .label = "body" }, { .id = 4, .label = "tail" }, { .id = 5, .label = "foot" } };
    static const reel_keypoint_pair bones[] = { { 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 4 }, { 3, 5 } };
    static const reel_annotation_class meaning[] = {
        { .info = { .id = SKY, .label = "sky", .color = { true, 0x334155FF } } },
        { .info = { .id = WATER, .label = "water", .color = { true, 0x1D4ED8FF } } },
        { .info = { .id = HERON, .label = "heron", .color = { true, 0xFDE68AFF } },
          .keypoints = joints, .n_keypoints = 6, .connections = bones, .n_connections = 5 },
    };
    static const float heron[][2] = { { 52, 33 }, { 68, 28 }, { 76, 50 }, { 92, 64 }, { 118, 72 }, { 94, 100 } };
    static const float radius = 2.5f;
    static const uint16_t keypoints[] = { 0, 1, 2, 3, 4, 5 }, heron_class = HERON;
    reel_recording *rec = reel_new("reel_annotation_context", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "annotation_context.rrd");

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) classes[y][x] = y < 85 ? SKY : WATER;
    }
    reel_segmentation_image regions = reel_segmentation_image_of(classes, WIDTH, HEIGHT, REEL_CHANNEL_DATATYPE_U8);
    reel_log_static_annotation_context(rec, "pond", &(reel_annotation_context) { .context = { meaning, 3 } });
    reel_log_segmentation_image(rec, "pond", &regions);
    reel_log_points2d(rec, "pond/heron", &(reel_points2d) { .positions = heron[0], .n_positions = 6, .keypoint_ids = keypoints, .n_keypoint_ids = 6,
                                                            .class_ids = &heron_class, .n_class_ids = 1, .radii = &radius, .n_radii = 1 });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
