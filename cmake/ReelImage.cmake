# libreel_image: images compressed to JPEG and PNG, a library of its own beside libreel. Built with those of libjpeg and libpng that are there; the
# functions of one that is not say so.
find_package(JPEG QUIET)
find_package(PNG QUIET)

set(reel_image_codecs)
set(reel_image_pc_requires)
foreach(codec IN ITEMS JPEG PNG)
  if(${codec}_FOUND)
    list(APPEND reel_image_codecs ${codec})
    string(TOLOWER lib${codec} pc_name)
    list(APPEND reel_image_pc_requires ${pc_name})
  endif()
endforeach()
message(STATUS "reel: libreel_image compresses to: ${reel_image_codecs}")

file(GLOB reel_image_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/image/*.c")

# What every target with these sources is compiled and linked with; library: the form of libreel that it stands on.
function(reel_image_target target scope library)
  reel_compile_options(${target})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE REEL_BUILD)
  target_link_libraries(${target} PUBLIC ${library})
  foreach(codec IN LISTS reel_image_codecs)
    target_compile_definitions(${target} PRIVATE REEL_HAS_${codec})
    target_link_libraries(${target} ${scope} ${codec}::${codec})
  endforeach()
endfunction()

add_library(reel_image SHARED ${reel_image_sources})
add_library(reel_image_static STATIC ${reel_image_sources})
reel_image_target(reel_image PRIVATE reel)
reel_image_target(reel_image_static PRIVATE reel_static)
add_library(reel::image ALIAS reel_image)
add_library(reel::image_static ALIAS reel_image_static)
set_target_properties(reel_image PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} EXPORT_NAME image C_VISIBILITY_PRESET hidden
  INSTALL_RPATH "$ORIGIN")
set_target_properties(reel_image_static PROPERTIES OUTPUT_NAME reel_image EXPORT_NAME image_static C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
reel_link_shared(reel_image "${PROJECT_SOURCE_DIR}/cmake/reel.map")
