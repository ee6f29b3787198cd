# Run by cpack on the staged files: what Debian's policy asks of documentation (chapters 12.1, 12.3 and 12.7).
set(program ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/program/usr/share)
set(development ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/development/usr/share)

function(compress)
  execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(docs ${program}/doc/fencelab)
file(REMOVE ${docs}/CHANGELOG.md)
file(COPY_FILE ${CPACK_FENCELAB_CHANGELOG} ${docs}/changelog)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH, if that is set
file(WRITE ${docs}/changelog.Debian
"fencelab (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}; changelog.gz says what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
compress(${docs}/changelog ${docs}/changelog.Debian)
file(GLOB pages ${program}/man/man1/*.1)
if(pages)
  compress(${pages})
endif()

# Where Debian's zsh looks.
file(RENAME ${program}/zsh/site-functions ${program}/zsh/vendor-completions)

# It depends on the same version of fencelab, so that the documentation may be the one of that.
file(MAKE_DIRECTORY ${development}/doc)
file(CREATE_LINK fencelab ${development}/doc/libfencelab-dev SYMBOLIC)
