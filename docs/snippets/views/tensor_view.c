/* Ripples in a box, over time: a tensor of four dimensions. The view shows x and y, at one depth and one moment. */
#include <reel/reel.h>

#include <math.h>

enum { TIMES = 8, DEPTH = 6, HEIGHT = 40, WIDTH = 60 };

int main(int argc, char **argv) {
    static float height[TIMES][DEPTH][HEIGHT][WIDTH];
    static const uint64_t shape[] = { TIMES, DEPTH, HEIGHT, WIDTH };
    static const char *names[] = { "time", "depth", "y", "x" };
    reel_recording *rec = reel_new("reel_tensor_view", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "tensor_view.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_TENSOR, "ripples", "/ripples");
    reel_blueprint_set_json(bp, view, "TensorSliceSelection:width", "{ \"dimension\": 3, \"invert\": false }");
    reel_blueprint_set_json(bp, view, "TensorSliceSelection:height", "{ \"dimension\": 2, \"invert\": true }");
    reel_blueprint_set_json(bp, view, "TensorSliceSelection:indices", "[{ \"dimension\": 0, \"index\": 5 }, { \"dimension\": 1, \"index\": 1 }]");
    reel_blueprint_set_json(bp, view, "TensorSliceSelection:slider", "[{ \"dimension\": 0 }]");
    reel_blueprint_set_text(bp, view, "TensorScalarMapping:colormap", "Turbo");
    reel_blueprint_set_text(bp, view, "TensorScalarMapping:mag_filter", "Linear");
    reel_blueprint_set_text(bp, view, "TensorViewFit:scaling", "FillKeepAspectRatio");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (int i = 0; i < TIMES * DEPTH * HEIGHT * WIDTH; i++) {
        float x = (float)(i % WIDTH), y = (float)(i / WIDTH % HEIGHT);
        float z = (float)(i / WIDTH / HEIGHT % DEPTH), t = (float)(i / WIDTH / HEIGHT / DEPTH);
        float distance = hypotf(x - 20, y - 12);
        (&height[0][0][0][0])[i] = cosf(distance / 3 - t) * expf(-distance / 25 - z / 4);
    }
    reel_log_static_tensor(rec, "ripples", &(reel_tensor) { .data = reel_tensor_of(REEL_TENSOR_F32, height, shape, 4, names) });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
