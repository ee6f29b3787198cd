# Run by the build: finds the commit and rewrites version.hpp if anything in it changed.

set(GIT_COMMIT "unknown")
set(GIT_DIRTY "false")

# Sets <result> to the output of git, or to NOTFOUND if there is no git or it fails. The checkout may
# belong to another user (containers), and other git commands may be running in it.
function(run_git result)
  set(${result} NOTFOUND PARENT_SCOPE)
  find_program(GIT_PROGRAM git)
  if(NOT GIT_PROGRAM)
    return()
  endif()
  execute_process(
    COMMAND ${GIT_PROGRAM} --no-optional-locks -c safe.directory=* -C ${SOURCE_DIR} ${ARGN}
    OUTPUT_VARIABLE output ERROR_QUIET RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(status EQUAL 0)
    set(${result} "${output}" PARENT_SCOPE)
  endif()
endfunction()

# An unpacked tarball may lie inside somebody else's repository: only a checkout of ours counts.
if(EXISTS ${SOURCE_DIR}/.git)
  run_git(commit rev-parse HEAD)
  if(commit)
    set(GIT_COMMIT "${commit}")
  endif()
  # Dirty means: what is compiled differs from the commit. Notes and results lying about do not count.
  run_git(changes status --porcelain -- CMakeLists.txt cmake core models policies scenarios analysis
          campaign cli)
  if(changes)
    set(GIT_DIRTY "true")
  endif()
endif()

configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
