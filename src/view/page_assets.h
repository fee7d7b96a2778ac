/* The files of src/view/assets/ as bytes (page_assets.c is made from them by embed.py). */
#ifndef REEL_VIEW_PAGE_ASSETS_H
#define REEL_VIEW_PAGE_ASSETS_H

#include <stddef.h>

extern const unsigned char reel__page_html[], reel__page_css[], reel__page_js[];
extern const size_t reel__page_html_size, reel__page_css_size, reel__page_js_size;

#endif
