/* reel.h: everything. Reel records multimodal data for the Rerun viewer. Start with recording.h, then types.h and sink.h. */
#ifndef REEL_H
#define REEL_H
#include <reel/base.h>
#include <reel/recording.h>
#include <reel/values.h>
#include <reel/log.h>
#include <reel/sink.h>
#include <reel/blueprint.h>
#include <reel/view.h>
#include <reel/make.h>
#endif
