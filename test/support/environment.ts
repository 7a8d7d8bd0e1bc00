/** What a process of the service takes from the tests' environment: nothing in it configures the service. */
export const inherited = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
