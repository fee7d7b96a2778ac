# The libraries that libreel stands on: threads, LZ4 and xxHash. Used by the build, and installed beside the package's configuration
# file, so that a program that links the static library finds them the same way.
#
# pkg-config is asked first for where to look; a system without it is searched in the usual places.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)

# A Python wheel goes to machines that may not have them: it takes their static forms in.
if(REEL_STATIC_DEPENDENCIES)
  set(REEL_LIBRARY_PREFIX lib)
  set(REEL_LIBRARY_SUFFIX .a)
endif()

function(reel_find_library target header library pkg_config_name debian_package)
  if(TARGET ${target})
    return()
  endif()
  string(REPLACE "::" "_" prefix "${target}")
  if(PkgConfig_FOUND)
    pkg_check_modules(${prefix}_pc QUIET ${pkg_config_name})
  endif()
  find_path(${prefix}_include_dir ${header} HINTS ${${prefix}_pc_INCLUDE_DIRS})
  find_library(${prefix}_library NAMES ${REEL_LIBRARY_PREFIX}${library}${REEL_LIBRARY_SUFFIX} HINTS ${${prefix}_pc_LIBRARY_DIRS})
  mark_as_advanced(${prefix}_include_dir ${prefix}_library)
  if(NOT ${prefix}_include_dir OR NOT ${prefix}_library)
    message(FATAL_ERROR "reel: ${header} or lib${library} not found (Debian package: ${debian_package})")
  endif()
  add_library(${target} UNKNOWN IMPORTED)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${${prefix}_library}" INTERFACE_INCLUDE_DIRECTORIES "${${prefix}_include_dir}")
endfunction()

reel_find_library(reel::lz4 lz4.h lz4 liblz4 liblz4-dev)
reel_find_library(reel::xxhash xxhash.h xxhash libxxhash libxxhash-dev)
