/**
 * Trees of files on their way from one place to another: a source tells every file of a tree, a
 * sink makes them. Places are an image ({@link org.chunkfs.core.volume.Vfs}), a directory of the
 * host, a tar archive and a zip archive. Names are raw strings, see {@link
 * org.chunkfs.cli.output.Names}.
 */
@NullMarked
package org.chunkfs.cli.tree;

import org.jspecify.annotations.NullMarked;
