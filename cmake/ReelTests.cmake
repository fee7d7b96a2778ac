# Unit tests, test programs, examples and fuzz targets. Only part of the build with REEL_BUILD_TESTS.

pkg_check_modules(reel_cmocka REQUIRED IMPORTED_TARGET cmocka)

# The library once more, with the hooks through which a test makes an allocation fail or watches the log path.
add_library(reel_hooks STATIC ${reel_sources})
reel_compile_options(reel_hooks)
target_compile_definitions(reel_hooks PRIVATE _GNU_SOURCE PUBLIC REEL_STATIC REEL_TEST_HOOKS=1)
target_include_directories(reel_hooks PUBLIC "${PROJECT_SOURCE_DIR}/include")
target_link_libraries(reel_hooks PUBLIC Threads::Threads reel::lz4 reel::xxhash)

add_library(reel_image_hooks STATIC EXCLUDE_FROM_ALL ${reel_image_sources})
reel_image_target(reel_image_hooks PUBLIC reel_hooks)

# An executable of one file below tests/, linked with the library with hooks; it may include internal headers. Those named for the codecs get libreel_image, too.
function(reel_add_test_program name source folder)
  add_executable(${name} "${source}" ${ARGN})
  reel_compile_options(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests/unit")
  if(name MATCHES "image_codec")
    target_link_libraries(${name} PRIVATE reel_image_hooks)
  endif()
  target_link_libraries(${name} PRIVATE reel_hooks m)
endfunction()

# tests/unit: each test_*.c is an executable of its own; the other files there are shared by all of them.
add_custom_target(unit_tests)
file(GLOB unit_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/unit/*.c")
set(unit_tests ${unit_sources})
list(FILTER unit_tests INCLUDE REGEX "/test_[^/]*\\.c$")
set(unit_support ${unit_sources})
list(FILTER unit_support EXCLUDE REGEX "/test_[^/]*\\.c$")
foreach(source IN LISTS unit_tests)
  get_filename_component(name "${source}" NAME_WE)
  reel_add_test_program(${name} "${source}" tests/unit ${unit_support})
  target_link_libraries(${name} PRIVATE PkgConfig::reel_cmocka)
  add_dependencies(unit_tests ${name})
endforeach()

# tests/crash, tests/fault ...: programs that the Python tests there start.
foreach(folder IN ITEMS conformance crash fault browser cli)
  file(GLOB program_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*.c")
  foreach(source IN LISTS program_sources)
    get_filename_component(name "${source}" NAME_WE)
    reel_add_test_program(${name} "${source}" tests/programs)
  endforeach()
endforeach()

# examples/*.c: public headers and the shared library, as a user has them.
file(GLOB example_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*.c")
foreach(source IN LISTS example_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(example_${name} "${source}")
  reel_compile_options(example_${name})
  set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/examples")
  target_link_libraries(example_${name} PRIVATE reel::reel Threads::Threads m)
endforeach()

# docs/snippets/*/*.c: the programs on the pages of docs/reference, linked as a user links them, with a watch on refused calls.
file(GLOB snippet_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/snippets/*/*.c")
add_library(snippet_watch OBJECT "${PROJECT_SOURCE_DIR}/tests/docs/refusals.c")
target_link_libraries(snippet_watch PRIVATE reel::reel)
foreach(source IN LISTS snippet_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(snippet_${name} "${source}" $<TARGET_OBJECTS:snippet_watch>)
  reel_compile_options(snippet_${name})
  set_target_properties(snippet_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/snippets")
  target_link_libraries(snippet_${name} PRIVATE reel::reel m)
endforeach()

# fuzz/fuzz_*.c: libFuzzer drives them in `make fuzz`; in the tests the plain runner feeds them their corpus.
add_custom_target(fuzz_targets)
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/fuzz/fuzz_*.c")
foreach(source IN LISTS fuzz_sources)
  get_filename_component(name "${source}" NAME_WE)
  if(REEL_LIBFUZZER)
    reel_add_test_program(${name} "${source}" fuzz)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    reel_add_test_program(${name} "${source}" fuzz "${PROJECT_SOURCE_DIR}/fuzz/corpus_runner.c")
  endif()
  add_dependencies(fuzz_targets ${name})
endforeach()

# For the command's own arguments: all of the program, but for what its commands would open, serve or start.
file(GLOB fuzz_cli_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cli/*.c")
add_library(fuzz_cli OBJECT EXCLUDE_FROM_ALL ${fuzz_cli_sources})
reel_compile_options(fuzz_cli)
target_compile_definitions(fuzz_cli PRIVATE _GNU_SOURCE main=reel_main)
target_link_libraries(fuzz_cli PRIVATE reel_hooks)
target_sources(fuzz_arguments PRIVATE $<TARGET_OBJECTS:fuzz_cli>)
foreach(replaced IN ITEMS cli_stop_install cli_recording_open cli_whole_open cli_reshape_open cli_input_list_add cli_is_same_file cli_record_system
                          cli_viewer_install cli_viewer_verify reel_new reel_writer_open reel_view_start reel_viewer_check)
  target_link_options(fuzz_arguments PRIVATE "-Wl,--wrap=${replaced}")
endforeach()
if(REEL_LIBFUZZER)
  target_compile_options(reel_hooks PRIVATE -fsanitize=fuzzer-no-link)
  target_compile_options(fuzz_cli PRIVATE -fsanitize=fuzzer-no-link)
endif()
