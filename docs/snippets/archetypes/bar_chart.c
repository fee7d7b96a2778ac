/* How often twelve tossed coins show 0, 1 ... 12 heads: the binomial distribution, as bars at those numbers. */
#include <reel/reel.h>

enum { N_COINS = 12 };

int main(int argc, char **argv) {
    const uint64_t shape = N_COINS + 1;
    uint32_t ways[N_COINS + 1], heads[N_COINS + 1];
    reel_recording *rec = reel_new("reel_bar_chart", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "bar_chart.rrd");

    ways[0] = 1;
    for (uint32_t k = 0; k <= N_COINS; k++) {
        heads[k] = k;
        if (k > 0) ways[k] = ways[k - 1] * (N_COINS + 1 - k) / k;
    }
    reel_bar_chart chart = { .values = reel_tensor_of(REEL_TENSOR_U32, ways, &shape, 1, NULL),
                             .abscissa = reel_tensor_of(REEL_TENSOR_U32, heads, &shape, 1, NULL),
                             .color = { true, 0xF59E0BFF } };
    reel_log_bar_chart(rec, "heads", &chart);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
