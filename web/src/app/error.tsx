"use client";

import { PageCrash } from "@/components/page-crash";

export default PageCrash;
