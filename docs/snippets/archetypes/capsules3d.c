/* A hand of capsules: a palm and five fingers. A capsule stands on its origin and points along +Z, so the fingers are leant sideways. */
#include <reel/reel.h>

enum { N = 6 };

int main(int argc, char **argv) {
    static const float lengths[N] = { 0.5f, 0.6f, 0.9f, 1.0f, 0.95f, 0.7f };
    static const float radii[N] = { 0.42f, 0.15f, 0.12f, 0.13f, 0.12f, 0.1f };
    static const float translations[N][3] = {
        { 0, 0, 0 }, { 0.45f, 0, 0.1f }, { 0.36f, 0, 0.85f }, { 0.12f, 0, 0.95f }, { -0.13f, 0, 0.92f }, { -0.36f, 0, 0.8f },
    };
    static const float lean[N] = { 0, 0.9f, 0.18f, 0.05f, -0.06f, -0.2f }; /* radians about +Y */
    static const uint32_t colors[N] = { 0xD6A77AFF, 0xEF4444FF, 0xF59E0BFF, 0x84CC16FF, 0x06B6D4FF, 0x8B5CF6FF };
    reel_recording *rec = reel_new("reel_capsules3d", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "capsules3d.rrd");

    reel_axis_angle turns[N];
    for (int i = 0; i < N; i++) turns[i] = (reel_axis_angle) { { 0, 1, 0 }, lean[i] };
    reel_capsules3d hand = { .lengths = lengths, .n_lengths = N,
                             .radii = radii, .n_radii = N,
                             .translations = translations[0], .n_translations = N,
                             .rotation_axis_angles = turns, .n_rotation_axis_angles = N,
                             .colors = colors, .n_colors = N,
                             .fill_mode = REEL_FILL_MODE_SOLID };
    reel_log_transform3d(rec, "hand", &(reel_transform3d) { .rotation_axis_angle = &(reel_axis_angle) { { 1, 0, 0 }, -1.0f } });
    reel_log_capsules3d(rec, "hand", &hand);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
