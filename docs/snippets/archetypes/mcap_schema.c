/* The schemas by which the messages of an MCAP file can be decoded, as they stand in it. No view draws them, but a table lists them. */
#include <reel/reel.h>

#include <string.h>

int main(int argc, char **argv) {
    static const char *names[] = { "GpsFix", "Temperature" };
    static const char *schemas[] = {
        "{ \"type\": \"object\", \"properties\": { \"latitude\": { \"type\": \"number\" }, \"longitude\": { \"type\": \"number\" } } }",
        "{ \"type\": \"object\", \"properties\": { \"celsius\": { \"type\": \"number\" } } }",
    };
    reel_recording *rec = reel_new("reel_mcap_schema", NULL);
    reel_save(rec, argc > 1 ? argv[1] : "mcap_schema.rrd");

    reel_blueprint *bp = reel_blueprint_new();
    reel_node view = reel_blueprint_view(bp, REEL_ROOT, REEL_VIEW_DATAFRAME, "schemas", "/");
    reel_blueprint_set_text(bp, view, "DataframeQuery:timeline", "schema");
    reel_send_blueprint(rec, bp, true, true);
    reel_blueprint_free(bp);

    for (uint16_t i = 0; i < 2; i++) {
        reel_mcap_schema schema = { .id = { true, i + 1 }, .name = names[i], .encoding = "jsonschema", .data = { schemas[i], strlen(schemas[i]) } };
        reel_set_time_sequence(rec, "schema", i);
        reel_log_mcap_schema(rec, "drive.mcap/schemas", &schema);
    }
    return reel_close(rec, -1) == REEL_OK ? 0 : 1;
}
