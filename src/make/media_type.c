/* What a file is: by its first bytes where they tell, by its name otherwise. */
#include <reel/make.h>

#include "../base/buf.h"

#include <string.h>

/* The texts stand in the tables themselves: a pointer each would cost three times its size in a shared library. */
typedef char media_type[20];

/* Formats that begin with a mark of their own. */
static const struct {
    char mark[9];
    uint8_t n;
    media_type type;
} marks[] = {
    {"\x89PNG\r\n\x1a\n", 8, "image/png"}, {"\xff\xd8\xff", 3, "image/jpeg"}, {"GIF87a", 6, "image/gif"}, {"GIF89a", 6, "image/gif"},
    {"II*\0", 4, "image/tiff"}, {"MM\0*", 4, "image/tiff"}, {"glTF", 4, "model/gltf-binary"}, {"ply\n", 4, "application/x-ply"},
    {"ply\r", 4, "application/x-ply"}, {"fLaC", 4, "audio/flac"}, {"OggS", 4, "audio/ogg"}, {"ID3", 3, "audio/mpeg"},
};

/* What names say. is_text: has no mark, and is believed if there is no zero byte in it. */
static const struct {
    char ending[9];
    bool is_text;
    media_type type;
} endings[] = {
    {"png", false, "image/png"}, {"jpg", false, "image/jpeg"}, {"jpeg", false, "image/jpeg"}, {"gif", false, "image/gif"}, {"webp", false, "image/webp"},
    {"bmp", false, "image/bmp"}, {"tif", false, "image/tiff"}, {"tiff", false, "image/tiff"}, {"avif", false, "image/avif"}, {"heic", false, "image/heic"},
    {"glb", false, "model/gltf-binary"}, {"gltf", true, "model/gltf+json"}, {"obj", true, "model/obj"}, {"ply", false, "application/x-ply"},
    {"stl", false, "model/stl"}, {"mp4", false, "video/mp4"}, {"m4v", false, "video/mp4"}, {"aac", false, "audio/aac"}, {"flac", false, "audio/flac"},
    {"m4a", false, "audio/mp4"}, {"mp3", false, "audio/mpeg"}, {"oga", false, "audio/ogg"}, {"ogg", false, "audio/ogg"}, {"opus", false, "audio/ogg"},
    {"wav", false, "audio/wav"}, {"rvl", false, "application/rvl"}, {"txt", true, "text/plain"}, {"md", true, "text/markdown"}, {"markdown", true, "text/markdown"},
};
enum { N_ENDINGS = sizeof endings / sizeof *endings };

static bool same_letters(const char *text, const char *lower) {
    for (; *lower; text++, lower++)
        if ((*text >= 'A' && *text <= 'Z' ? *text + 32 : *text) != *lower)
            return false;
    return !*text;
}

/* Index into endings, or N_ENDINGS. */
static size_t ending_of(const char *name) {
    const char *slash = name ? strrchr(name, '/') : NULL, *file = slash ? slash + 1 : name, *dot = file ? strrchr(file, '.') : NULL;
    size_t i = 0;
    while (i < N_ENDINGS && !(dot && dot != file && same_letters(dot + 1, endings[i].ending)))
        i++;
    return i;
}

const char *reel_media_type_of_name(const char *name) {
    size_t i = ending_of(name);
    return i < N_ENDINGS ? endings[i].type : NULL;
}

static bool contains(const uint8_t *head, size_t n, const char *word) {
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= n; i++)
        if (memcmp(head + i, word, size) == 0)
            return true;
    return false;
}

/* A binary STL has no mark: 80 bytes of anything, a count, and 50 bytes for each triangle. As text it begins with "solid", as much else may. */
static bool is_stl(const uint8_t *head, size_t n, uint64_t size, bool is_named_so) {
    uint32_t triangles = n >= 84 ? reel__load_u32(head + 80) : 0;
    if (n >= 84 && size == 84 + UINT64_C(50) * triangles && (triangles || is_named_so))
        return true;
    return n >= 5 && memcmp(head, "solid", 5) == 0 && !memchr(head, 0, n) && (is_named_so || contains(head, n, "facet"));
}

/* A bitmap says its own size, or 0, and the size of the header that follows. */
static bool is_bmp(const uint8_t *head, size_t n, uint64_t size) {
    if (n < 18 || memcmp(head, "BM", 2) != 0)
        return false;
    uint32_t said = reel__load_u32(head + 2), header = reel__load_u32(head + 14);
    return (said == 0 || said == size) && (header == 12 || (header >= 40 && header <= 124));
}

/* ISO media files name their brand after "ftyp": still images and sounds share the container with videos. */
static const char *iso_type(const uint8_t *head, size_t n, const char *named) {
    static const char brands[][5] = {"avif", "avis", "heic", "heix", "heif", "mif1", "msf1", "M4A ", "M4B "};
    if (n < 12 || memcmp(head + 4, "ftyp", 4) != 0)
        return NULL;
    size_t i = 0;
    while (i < sizeof brands / sizeof *brands && memcmp(head + 8, brands[i], 4) != 0)
        i++;
    if (i < 7)
        return i < 2 ? "image/avif" : "image/heic";
    return i < 9 || (named && strcmp(named, "audio/mp4") == 0) ? "audio/mp4" : "video/mp4";
}

static const char *riff_type(const uint8_t *head, size_t n) {
    if (n < 12 || memcmp(head, "RIFF", 4) != 0)
        return NULL;
    return memcmp(head + 8, "WAVE", 4) == 0 ? "audio/wav" : memcmp(head + 8, "WEBP", 4) == 0 ? "image/webp" : NULL;
}

/* Frames of MPEG audio begin with eleven or twelve set bits, then version and layer: layer 3 is MP3, layer 0 in an MPEG-2 or -4 frame is AAC. That alone is weak: the
 * bit rate or sampling frequency must be one, too. */
static const char *mpeg_audio_type(const uint8_t *head, size_t n) {
    if (n < 4 || head[0] != 0xff || (head[1] & 0xe0) != 0xe0)
        return NULL;
    if ((head[1] & 0xf6) == 0xf0)
        return (head[2] >> 2 & 15) < 13 ? "audio/aac" : NULL;
    return (head[1] & 0x06) == 0x02 && (head[1] & 0x18) != 0x08 && head[2] >> 4 != 15 && head[2] >> 4 != 0 && (head[2] & 0x0c) != 0x0c ? "audio/mpeg" : NULL;
}

/* Marks that no text can be taken for begin with a byte outside ASCII. */
static const char *marked_type(const uint8_t *head, size_t n, bool is_text) {
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (n >= marks[i].n && (!is_text || (uint8_t)marks[i].mark[0] >= 0x80) && memcmp(head, marks[i].mark, marks[i].n) == 0)
            return marks[i].type;
    return NULL;
}

const char *reel_media_type(const void *data, size_t n, uint64_t size, const char *name) {
    const uint8_t *head = data;
    const size_t named = ending_of(name);
    const char *named_type = named < N_ENDINGS ? endings[named].type : NULL;
    /* A text may begin with anything, "solid" and "BM" among it: where the name says text, and there is no zero byte, it is one. */
    const bool is_text = named_type && endings[named].is_text && !(n && memchr(head, 0, n));
    const char *type = marked_type(head, n, is_text);
    if (is_text)
        return type ? type : named_type;
    if (!type)
        type = riff_type(head, n);
    if (!type)
        type = iso_type(head, n, named_type);
    if (!type)
        type = mpeg_audio_type(head, n);
    if (!type && is_bmp(head, n, size))
        type = "image/bmp";
    if (!type && is_stl(head, n, size, named_type && strcmp(named_type, "model/stl") == 0))
        type = "model/stl";
    if (!type && n && named_type && strcmp(named_type, "application/rvl") == 0)
        type = named_type;
    return type;
}
