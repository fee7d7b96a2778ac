# Compiler and linker flags, in one place.

set(reel_sanitizer_flags)
if(REEL_SANITIZE)
  string(REPLACE ";" "," reel_sanitizers "${REEL_SANITIZE}")
  set(reel_sanitizer_flags -fsanitize=${reel_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${reel_sanitizers})
endif()

# What every C target of the project is compiled with: strict C11, warnings, and sections that the linker may drop. Members that an initialiser
# leaves out are zero, which the tables of types rely on.
function(reel_compile_options target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-missing-field-initializers -Wshadow -ffunction-sections -fdata-sections ${reel_sanitizer_flags})
  if(REEL_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(REEL_SANITIZE MATCHES "thread" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # gcc says that its thread sanitizer does not model fences; the suppressions and hooks in the tests know.
    target_compile_options(${target} PRIVATE -Wno-tsan)
  endif()
  if(UNIX AND NOT APPLE AND NOT REEL_SANITIZE)
    # The log path reads a thread-local slot on every call: without a call it is one load.
    target_compile_options(${target} PRIVATE $<$<BOOL:$<TARGET_PROPERTY:POSITION_INDEPENDENT_CODE>>:-ftls-model=initial-exec>)
  endif()
endfunction()

# A shared library that exports what its version script names, refers to nothing unknown, and carries nothing unused.
function(reel_link_shared target version_script)
  if(UNIX AND NOT APPLE)
    target_link_options(${target} PRIVATE "-Wl,--version-script=${version_script}" -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro -Wl,-z,now
      -Wl,-z,noseparate-code) # without holes of pages in the file
    if(NOT REEL_SANITIZE)
      target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${version_script}")
  endif()
endfunction()
