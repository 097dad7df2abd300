/** What {@code chunkfs torture} is built of: running kinds of torture, and those with processes. */
@NullMarked
package org.chunkfs.cli.torture;

import org.jspecify.annotations.NullMarked;
