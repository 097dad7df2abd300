/** How things are shown and read on the command line: sizes, names, progress, failures, reports. */
@NullMarked
package org.chunkfs.cli.output;

import org.jspecify.annotations.NullMarked;
