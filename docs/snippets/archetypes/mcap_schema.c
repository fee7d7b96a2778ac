/* The schema by which the messages of an MCAP channel can be decoded, as it stands in the file. */
#include <reel/reel.h>

static const char schema[] = "{ \"type\": \"object\", \"properties\": {\n"
                             "    \"latitude\": { \"type\": \"number\" }, \"longitude\": { \"type\": \"number\" } } }\n";

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_mcap_schema", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_schema.rrd");

    reel_mcap_schema fix = { .id = { true, 2 }, .name = "GpsFix", .encoding = "jsonschema", .data = { schema, sizeof schema - 1 } };
    reel_log_static_mcap_schema(rec, "gps/fix", &fix);
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
