# Warnings and sanitizers, as interface targets that every target of ours links privately.

add_library(fencelab_warnings INTERFACE)
target_compile_options(fencelab_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override
  -Wimplicit-fallthrough
  -Werror=return-type -Werror=delete-non-virtual-dtor
  # Designated initialisers leave fields to their defaults on purpose.
  -Wno-missing-field-initializers)
if(FENCELAB_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Instrumented code makes g++ see uninitialised variables everywhere (its manual says so).
  target_compile_options(fencelab_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's stable_sort calls the deprecated get_temporary_buffer; g++ keeps this warning on.
  target_compile_options(fencelab_warnings INTERFACE -Wno-deprecated-declarations)
endif()
if(FENCELAB_WERROR)
  target_compile_options(fencelab_warnings INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 raises these from inside the standard library and from coroutine frames, depending on
    # what it inlined (e.g. gcc.gnu.org PR105651). They are shown, but do not fail a build.
    target_compile_options(fencelab_warnings INTERFACE
      -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
      -Wno-error=stringop-overread -Wno-error=restrict -Wno-error=free-nonheap-object
      -Wno-error=use-after-free -Wno-error=dangling-pointer -Wno-error=null-dereference)
  endif()
endif()

add_library(fencelab_sanitizers INTERFACE)
if(FENCELAB_SANITIZE)
  target_compile_options(fencelab_sanitizers INTERFACE
    -fsanitize=${FENCELAB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_definitions(fencelab_sanitizers INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(fencelab_sanitizers INTERFACE -fsanitize=${FENCELAB_SANITIZE})
endif()
