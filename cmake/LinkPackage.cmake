# Shows the package's Python files beside the extension that was built: links, so that an edit needs no build. FROM: python/reel; TO: the build's folder.
file(GLOB_RECURSE files RELATIVE "${FROM}" "${FROM}/*.py" "${FROM}/*.pyi" "${FROM}/py.typed")
foreach(file IN LISTS files)
  get_filename_component(folder "${TO}/${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(CREATE_LINK "${FROM}/${file}" "${TO}/${file}" SYMBOLIC)
endforeach()
