/* A struck bell, as a WAV file made in memory: a header of 44 bytes, then the samples. Such literal bytes suit little-endian machines. */
#include <reel/reel.h>

#include <math.h>
#include <string.h>

enum { RATE_HZ = 22050, N = 2 * RATE_HZ };

typedef struct wav_file {
    char riff[4]; uint32_t size; char wave[4];
    char format[4]; uint32_t format_size; uint16_t kind, channels; uint32_t rate, bytes_per_second; uint16_t bytes_per_sample, bits;
    char data[4]; uint32_t data_size;
    int16_t samples[N];
} wav_file;

int main(int argc, char **argv) {
    static const double partials_hz[] = { 220, 440, 528, 660, 880, 1174 };
    static wav_file bell = { "RIFF", sizeof bell - 8, "WAVE", "fmt ", 16, 1, 1, RATE_HZ, RATE_HZ * 2, 2, 16, "data", sizeof bell.samples, { 0 } };
    reel_recording *rec = reel_new("reel_asset_audio", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "asset_audio.rrd");

    for (int i = 0; i < N; i++) {
        double t = (double)i / RATE_HZ, sum = 0;
        for (int p = 0; p < 6; p++) sum += sin(6.283185307 * partials_hz[p] * t) * exp(-t * (1 + p));
        bell.samples[i] = (int16_t)(5000 * sum);
    }
    reel_log_static_asset_audio(rec, "bell", &(reel_asset_audio) { .blob = { &bell, sizeof bell }, .media_type = "audio/wav" });
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
