# What `cmake --install` lays down: headers, the libraries, the command, its man page, the CMake package and the pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS reel reel_static EXPORT reelTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET reel_command)
  install(TARGETS reel_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET reel_image)
  install(TARGETS reel_image reel_image_static EXPORT reelImageTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
else()
  set(reel_headers_left_out PATTERN "image_codec.h" EXCLUDE)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/reel" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" ${reel_headers_left_out})
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE-MIT" "${PROJECT_SOURCE_DIR}/LICENSE-APACHE" DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(EXISTS "${PROJECT_SOURCE_DIR}/docs/reel.1")
  install(FILES "${PROJECT_SOURCE_DIR}/docs/reel.1" DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

set(reel_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reel)
install(EXPORT reelTargets NAMESPACE reel:: DESTINATION ${reel_package_dir})
if(TARGET reel_image)
  install(EXPORT reelImageTargets NAMESPACE reel:: DESTINATION ${reel_package_dir})
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/reelConfig.cmake.in" "${PROJECT_BINARY_DIR}/cmake/reelConfig.cmake"
  INSTALL_DESTINATION ${reel_package_dir})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/reelConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cmake/reelConfig.cmake" "${PROJECT_BINARY_DIR}/cmake/reelConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/ReelDependencies.cmake" DESTINATION ${reel_package_dir})

foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(reel_pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(reel_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
configure_file("${PROJECT_SOURCE_DIR}/cmake/reel.pc.in" "${PROJECT_BINARY_DIR}/cmake/reel.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/cmake/reel.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(TARGET reel_image)
  string(REPLACE ";" " " reel_image_pc_private "${reel_image_pc_requires}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/reel_image.pc.in" "${PROJECT_BINARY_DIR}/cmake/reel_image.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/cmake/reel_image.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
