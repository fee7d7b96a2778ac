# The Python extension, reel/_reel.abi3.so: the library linked in, Python's stable interface of 3.11.
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)

file(GLOB reel_python_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/python/src/*.c")
# Tables and logs are read as `reel record` reads them.
set(reel_python_importers import_csv import_log csv_reader iso_time line_reader log_level text_buffer)
list(TRANSFORM reel_python_importers REPLACE ".+" "${PROJECT_SOURCE_DIR}/cli/\\0.c")
Python_add_library(reel_python MODULE ${reel_python_sources} ${reel_python_importers})
set_target_properties(reel_python PROPERTIES OUTPUT_NAME _reel PREFIX "" SUFFIX ".abi3.so" C_VISIBILITY_PRESET hidden LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/python/reel")
reel_compile_options(reel_python)
target_compile_options(reel_python PRIVATE -Wno-cast-function-type)
target_compile_definitions(reel_python PRIVATE _GNU_SOURCE REEL_STATIC)
target_link_libraries(reel_python PRIVATE reel_objects)
if(UNIX AND NOT APPLE)
  target_link_options(reel_python PRIVATE "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/python.map" -Wl,--gc-sections -Wl,--as-needed -Wl,-z,noseparate-code)
endif()
if(REEL_INSTALL_PYTHON)
  install(TARGETS reel_python LIBRARY DESTINATION reel COMPONENT python)
endif()

# build/python/reel: the package as tests import it.
add_custom_target(reel_python_package ALL
  COMMAND ${CMAKE_COMMAND} -DFROM=${PROJECT_SOURCE_DIR}/python/reel -DTO=${PROJECT_BINARY_DIR}/python/reel -P ${PROJECT_SOURCE_DIR}/cmake/LinkPackage.cmake
  VERBATIM)
add_dependencies(reel_python_package reel_python)
