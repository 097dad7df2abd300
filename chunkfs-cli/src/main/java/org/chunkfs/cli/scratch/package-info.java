/** What commands that try things out on images of their own share. */
@NullMarked
package org.chunkfs.cli.scratch;

import org.jspecify.annotations.NullMarked;
