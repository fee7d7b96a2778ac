/* Meshes: texture, normals, and what a viewer would stumble over. */
#include <reel/make.h>

#include "../base/error.h"

#include <math.h>
#include <string.h>

reel_status reel_mesh_texture_(const void *pixels, uint32_t width, uint32_t height, reel_color_model color_model, reel_bytes *buffer, reel_image_format *format) {
    reel_image_format f = {.width = width, .height = height, .color_model = color_model, .channel_datatype = REEL_CHANNEL_DATATYPE_U8};
    size_t bytes;
    if (color_model != REEL_COLOR_MODEL_RGB && color_model != REEL_COLOR_MODEL_RGBA)
        return reel__fail(REEL_E_ARGUMENT, "a texture of %u x %u: color_model %d is neither RGB nor RGBA", (unsigned)width, (unsigned)height, (int)color_model);
    REEL__TRY(reel_image_bytes(&f, &bytes));
    if (!pixels || !bytes)
        return reel__fail(REEL_E_ARGUMENT, "a texture of %u x %u: the pixels are %p", (unsigned)width, (unsigned)height, pixels);
    *format = f;
    *buffer = (reel_bytes){pixels, bytes};
    return REEL_OK;
}

static reel_status check_triangles(const uint32_t *triangles, size_t n_triangles, size_t n) {
    for (size_t i = 0; i < n_triangles; i++)
        for (size_t k = 0; k < 3; k++)
            if (triangles[3 * i + k] >= n)
                return reel__fail(REEL_E_ARGUMENT, "mesh: triangle %zu has vertex %lu, and there are %zu vertices", i, (unsigned long)triangles[3 * i + k], n);
    return REEL_OK;
}

static reel_status check_whole_triangles(size_t n) {
    return n % 3 ? reel__fail(REEL_E_LENGTHS, "mesh: %zu vertices without triangle_indices make no whole triangles", n) : REEL_OK;
}

reel_status reel_check_mesh_(const reel_mesh3d *mesh, size_t struct_size) {
    reel_mesh3d m = {0}; /* of a caller compiled against fewer members, the rest is not set */
    memcpy(&m, mesh, struct_size < sizeof m ? struct_size : sizeof m);
    const struct {
        const char *name;
        const void *values;
        size_t n;
        bool one_for_all;
    } lists[] = {{"vertex_positions", m.vertex_positions, m.n_vertex_positions, false}, {"vertex_normals", m.vertex_normals, m.n_vertex_normals, false},
                 {"vertex_texcoords", m.vertex_texcoords, m.n_vertex_texcoords, false}, {"vertex_colors", m.vertex_colors, m.n_vertex_colors, true},
                 {"class_ids", m.class_ids, m.n_class_ids, true}, {"triangle_indices", m.triangle_indices, m.n_triangle_indices, false}};
    const size_t n = m.n_vertex_positions;
    for (int i = 0; i < 6; i++) {
        if (lists[i].n && !lists[i].values)
            return reel__fail(REEL_E_ARGUMENT, "mesh: %s is NULL with a count of %zu", lists[i].name, lists[i].n);
        if (i < 5 && lists[i].n && lists[i].n != n && !(lists[i].one_for_all && lists[i].n == 1))
            return reel__fail(REEL_E_LENGTHS, "mesh: %s has %zu values for %zu vertices", lists[i].name, lists[i].n, n);
    }
    REEL__TRY(m.triangle_indices ? check_triangles(m.triangle_indices, m.n_triangle_indices, n) : check_whole_triangles(n));
    if (!m.albedo_texture_buffer.data)
        return REEL_OK;
    size_t bytes;
    REEL__TRY(reel_image_bytes(&m.albedo_texture_format, &bytes));
    if (bytes != m.albedo_texture_buffer.size)
        return reel__fail(REEL_E_LENGTHS, "mesh: the texture of %u x %u takes %zu bytes and has %zu", (unsigned)m.albedo_texture_format.width,
                          (unsigned)m.albedo_texture_format.height, bytes, m.albedo_texture_buffer.size);
    if (!m.n_vertex_texcoords)
        return reel__fail(REEL_E_LENGTHS, "mesh: a texture of %u x %u, and no vertex_texcoords", (unsigned)m.albedo_texture_format.width,
                          (unsigned)m.albedo_texture_format.height);
    return REEL_OK;
}

/* The cross product of two sides is the normal, twice the area long. */
static void add_normal(const float *positions, const size_t corners[3], float *normals) {
    const float *a = positions + 3 * corners[0], *b = positions + 3 * corners[1], *c = positions + 3 * corners[2];
    const double u[3] = {(double)b[0] - a[0], (double)b[1] - a[1], (double)b[2] - a[2]}, v[3] = {(double)c[0] - a[0], (double)c[1] - a[1], (double)c[2] - a[2]};
    const float normal[3] = {(float)(u[1] * v[2] - u[2] * v[1]), (float)(u[2] * v[0] - u[0] * v[2]), (float)(u[0] * v[1] - u[1] * v[0])};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            normals[3 * corners[i] + (size_t)k] += normal[k];
}

reel_status reel_mesh_normals(const float *positions, size_t n, const uint32_t *triangles, size_t n_triangles, float *normals) {
    REEL__TRY(triangles ? check_triangles(triangles, n_triangles, n) : check_whole_triangles(n));
    if (!triangles)
        n_triangles = n / 3;
    for (size_t i = 0; i < 3 * n; i++)
        normals[i] = 0;
    for (size_t i = 0; i < n_triangles; i++) {
        size_t corners[3];
        for (size_t k = 0; k < 3; k++)
            corners[k] = triangles ? triangles[3 * i + k] : 3 * i + k;
        add_normal(positions, corners, normals);
    }
    for (size_t i = 0; i < n; i++) {
        float *normal = normals + 3 * i;
        double length = sqrt((double)normal[0] * normal[0] + (double)normal[1] * normal[1] + (double)normal[2] * normal[2]);
        for (int k = 0; k < 3; k++)
            normal[k] = length > 0 && isfinite(length) ? (float)(normal[k] / length) : 0;
    }
    return REEL_OK;
}
